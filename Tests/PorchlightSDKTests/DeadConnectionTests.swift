import MatrixWire
import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Testing

/// Connections die without a word, as on a network that was left, while new ones work.
struct DeadConnectionTests: FaultyWayTests {
  let scene: FaultyWay
  let bob: Session

  init() throws {
    scene = try FaultyWay()
    bob = try scene.friend("bob")
  }

  /// A screen of ann's whose poll hangs on a dead connection, with something new that it does not hear.
  private func deafScreen() throws -> Listener {
    let screen = server.connect(ann)
    simulation.advance(by: .seconds(10))
    way.dropConnections()
    try simulation.run { [bob] in try await bob.setStatus(.online, text: "new") }
    simulation.advance(by: .seconds(10))
    #expect(screen.roster.contacts[bob.userID]?.statusText == nil)
    return screen
  }

  private func hears(_ screen: Listener) -> Bool { screen.roster.contacts[bob.userID]?.statusText == "new" }

  @Test func aPollIsGivenUpAFewSecondsAfterItShouldHaveEnded() throws {
    let screen = try deafScreen()
    // It began 20 s ago, for 30 s.
    simulation.advance(by: .seconds(16))
    #expect(hears(screen))
  }

  @Test func aReconnectRenewsAPollThatHangs() throws {
    let screen = try deafScreen()
    ann.reconnect()
    simulation.advance(by: .milliseconds(300))
    #expect(hears(screen))
  }

  @Test func aRequestThatSucceedsOnANewConnectionRenewsAPollThatHangs() throws {
    let screen = try deafScreen()
    // The poll has the only connection there was.
    try simulation.run { [ann] in try await ann.setStatus(.busy, text: nil) }
    simulation.advance(by: .milliseconds(300))
    #expect(hears(screen))
  }

  @Test func aStatusLeavesWithinSecondsWhereTheIdleConnectionsAreDeadToo() throws {
    server.connect(ann)
    try simulation.run { [ann] in try await ann.setStatus(.online, text: nil) }
    simulation.advance(by: .seconds(5))
    way.dropConnections()
    let began = simulation.time.instant
    try simulation.run { [ann] in try await ann.setStatus(.busy, text: nil) }
    #expect(simulation.time.instant - began <= .seconds(5))
  }

  @Test func anInviteIsNotSentTwice() throws {
    let cy = try server.register("cy")
    let before = way.requests.count
    way.delay(.seconds(10))
    try simulation.run { [ann] in try await ann.invite(cy.userID) }
    #expect(way.requests.count == before + 1)
  }

  @Test func aMachineThatWasSuspendedAsksAtOnce() throws {
    let screen = server.connect(ann)
    simulation.advance(by: .seconds(10))
    way.dropConnections()
    try simulation.run { [bob] in try await bob.setStatus(.online, text: "new") }
    // Everything stops for longer than the tolerance, and shorter than the poll's patience.
    simulation.time.move(to: simulation.time.instant + .seconds(18))
    simulation.advance(by: .milliseconds(300))
    #expect(hears(screen))
  }

  @Test func aReconnectEndsTheWaitForTheNextTry() throws {
    let screen = server.connect(ann)
    simulation.advance(by: .seconds(10))
    way.cut()
    simulation.advance(by: .seconds(600))
    try simulation.run { [bob] in try await bob.setStatus(.online, text: "new") }
    way.cut(false)
    ann.reconnect()
    simulation.advance(by: .milliseconds(300))
    #expect(hears(screen))
  }

  @Test func aReconnectSendsAStatusThatWaits() throws {
    let publisher = PresencePublisher(
      source: ListRosterSource(ann, deviceType: nil, seed: 1), spacing: .zero, seed: 1)
    simulation.start { await publisher.run { _ in } }
    way.cut()
    publisher.publish(StatusUpdate(presence: .busy, statusMessage: nil))
    simulation.advance(by: .seconds(600))
    way.cut(false)
    ann.reconnect()
    simulation.drain()
    let status = try simulation.run { [ann] in try await ann.status(of: ann.userID) }
    #expect(status.choice == .busy)
  }

  @Test func aServerThatAskedForAWaitGetsIt() throws {
    server.connect(ann)
    simulation.advance(by: .seconds(40))
    way.answerInstead(.json(MatrixError(.limitExceeded, "Later.", retryAfter: 100_000), status: 429))
    simulation.advance(by: .seconds(40))
    let before = way.requests.count
    for _ in 0..<10 {
      ann.reconnect()
      simulation.advance(by: .seconds(1))
    }
    #expect(way.requests.count == before)
  }

  @Test func aKeyHeldDownAsksNoFasterThanEveryTwoSecondsWhereAllIsWell() throws {
    server.connect(ann)
    simulation.advance(by: .seconds(10))
    let before = way.requests.count
    for _ in 0..<200 {
      ann.reconnect()
      simulation.advance(by: .milliseconds(50))
    }
    #expect(way.requests.count - before <= 12)
  }

  @Test func aKeyHeldDownWhileNothingListensMakesNoStorm() throws {
    server.connect(ann)
    simulation.advance(by: .seconds(10))
    way.cut()
    simulation.advance(by: .seconds(100))
    let before = way.requests.count
    for _ in 0..<200 {
      ann.reconnect()
      simulation.advance(by: .milliseconds(50))
    }
    #expect((15...45).contains(way.requests.count - before))
  }
}
