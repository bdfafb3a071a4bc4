import Homeserver
import MatrixWire
import PorchlightApp
import PorchlightTestSupport
import Screen
import Testing

/// Two people at two rosters, the SDK, the homeserver and virtual time: keys in, text out.
struct TwoRostersTests {
  let simulation = Simulation()
  let server: TestHomeserver
  let ann: AppDriver
  let bob: AppDriver

  init() throws {
    server = try TestHomeserver(simulation)
    ann = AppDriver(try server.register("ann"), in: simulation)
    bob = AppDriver(try server.register("bob"), in: simulation)
    simulation.advance(by: .seconds(5))
  }

  /// Ann invites, Bob accepts, as they would at their keyboards.
  private func befriend() {
    ann.type("+bob")
    ann.press(.enter)
    simulation.advance(by: .seconds(1))
    bob.type("IA")
    // Rows move three seconds after the last key at the latest.
    simulation.advance(by: .seconds(4))
  }

  @Test func anInviteIsSeenAcceptedAndFollowedByPresence() throws {
    ann.type("+bob")
    ann.press(.enter)
    simulation.advance(by: .seconds(1))
    #expect(try #require(bob.line(of: "ann")).contains("invite"))
    #expect(try #require(ann.line(of: "bob")).contains("unknown"))
    bob.type("IA")
    simulation.advance(by: .seconds(4))
    #expect(try #require(ann.line(of: "bob")).contains("online"))
    #expect(bob.line(of: "Invites") == nil)
  }

  @Test func aDeniedInviteLeavesBothScreens() throws {
    ann.type("+bob")
    ann.press(.enter)
    simulation.advance(by: .seconds(1))
    try #require(bob.line(of: "ann") != nil)
    try #require(ann.line(of: "bob") != nil)
    bob.type("ID")
    simulation.advance(by: .seconds(4))
    #expect(bob.line(of: "ann") == nil)
    #expect(ann.line(of: "bob") == nil)
  }

  @Test func aStatusByKeystrokeReachesTheOtherScreen() throws {
    befriend()
    bob.type("3s")
    bob.type("in a meeting 会议")
    bob.press(.enter)
    simulation.advance(by: .seconds(4))
    let row = try #require(ann.line(of: "bob"))
    #expect(row.contains("busy"))
    #expect(row.contains("in a meeting 会议"))
    #expect(bob.title.contains("busy"))
  }

  @Test func aChangeIsPendingUntilTheServerEchoesIt() throws {
    let way = FaultyExchange(server.exchange, time: simulation.time)
    let carol = AppDriver(try server.register("carol", through: way), in: simulation)
    way.delay(.seconds(2))
    simulation.advance(by: .seconds(60))
    let before = carol.title
    carol.type("3")
    #expect(carol.title.contains("busy"))
    let pending = carol.title
    simulation.advance(by: .seconds(6))
    #expect(carol.title.contains("busy"))
    #expect(carol.title != pending)
    #expect(carol.title != before)
  }

  @Test func idleIsSeenByTheOtherAndEndsWithAKeyThatAlsoCounts() throws {
    befriend()
    bob.type("5s")
    bob.type("come in")
    bob.press(.enter)
    simulation.advance(by: .seconds(298))
    #expect(try #require(ann.line(of: "bob")).contains("free for chat"))
    simulation.advance(by: .seconds(3))
    #expect(try #require(ann.line(of: "bob")).contains("idle"))
    #expect(bob.title.contains("idle"))
    bob.type("s")
    #expect(bob.title.contains("free for chat"))
    #expect(bob.text.contains("come in"))
    bob.press(.escape)
    simulation.advance(by: .seconds(4))
    let row = try #require(ann.line(of: "bob"))
    #expect(row.contains("free for chat"))
    #expect(row.contains("come in"))
  }

  @Test(arguments: [("2", "away", "idle"), ("3", "busy", "busy"), ("4", "invisible", "offline")])
  func idlenessNeverTouchesWhatWasChosen(_ key: String, _ own: String, _ seen: String) throws {
    befriend()
    ann.type("o")
    bob.type(key)
    simulation.advance(by: .seconds(5))
    #expect(try #require(ann.line(of: "bob")).contains(seen))
    let row = ann.line(of: "bob").map { $0.prefix(30) }
    simulation.advance(by: .seconds(1200))
    #expect(ann.line(of: "bob").map { $0.prefix(30) } == row)
    #expect(bob.title.contains(own))
  }

  @Test func quittingIsKnownAtOnce() throws {
    befriend()
    ann.type("o")
    bob.type("q")
    simulation.advance(by: .seconds(1))
    #expect(bob.exitReason == .quit)
    #expect(server.homeserver.waitingPolls == 1)
    simulation.advance(by: .seconds(3))
    #expect(try #require(ann.line(of: "bob")).contains("offline"))
  }

  @Test func quittingDoesNotWaitForAServerThatDoesNotAnswer() throws {
    let way = FaultyExchange(server.exchange, time: simulation.time)
    let carol = AppDriver(try server.register("carol", through: way), in: simulation)
    simulation.advance(by: .seconds(5))
    way.delay(.seconds(100))
    carol.type("q")
    simulation.advance(by: .seconds(1))
    #expect(carol.exitReason == .quit)
  }

  @Test func aKilledRosterIsOfflineAfterTheGrace() throws {
    befriend()
    ann.type("o")
    bob.kill()
    simulation.advance(by: .seconds(35))
    #expect(try #require(ann.line(of: "bob")).contains("offline"))
  }

  @Test func removingSomebodyAsksAndThenTheyAreGone() throws {
    befriend()
    ann.type("gX")
    simulation.advance(by: .seconds(4))
    #expect(ann.line(of: "bob") != nil)
    ann.type("y")
    simulation.advance(by: .seconds(4))
    #expect(ann.line(of: "bob") == nil)
  }

  @Test func aLostConnectionIsSaidAndMended() throws {
    let way = FaultyExchange(server.exchange, time: simulation.time)
    let carol = AppDriver(try server.register("carol", through: way), in: simulation)
    simulation.advance(by: .seconds(5))
    #expect(carol.text.contains("live"))
    way.cut()
    simulation.advance(by: .seconds(40))
    #expect(carol.text.contains("reconnecting"))
    way.cut(false)
    simulation.advance(by: .seconds(75))
    #expect(carol.text.contains("live"))
  }

  @Test func nothingIsPresentedWhenNothingChanges() throws {
    befriend()
    // Beyond every edge but the age labels: away, so that no countdown runs.
    bob.type("2")
    ann.type("2")
    simulation.advance(by: .seconds(7200))
    let before = ann.presentations
    simulation.advance(by: .seconds(600))
    #expect(ann.presentations == before)
  }

  @Test func aWholeDayAtTheRosterCanBeLivedThrough() throws {
    befriend()
    for _ in 1...24 {
      bob.type("j")
      simulation.advance(by: .seconds(3600))
      #expect(try #require(ann.line(of: "bob")).contains("idle"))
    }
  }
}
