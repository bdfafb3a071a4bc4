import MatrixWire
import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Testing

/// The event stream when the way to the server is bad.
struct ReconnectTests {
  let simulation = Simulation()
  let server: TestHomeserver
  let way: FaultyExchange
  let ann: Session
  let bob: Session

  init() throws {
    server = try TestHomeserver(simulation)
    way = FaultyExchange(server.exchange, time: simulation.time)
    ann = try server.register("ann", through: way)
    bob = try server.register("bob")
    try server.befriend(ann, bob)
  }

  @Test func afterACutEverythingMissedArrives() throws {
    let screen = server.connect(ann)
    simulation.advance(by: .seconds(5))
    way.cut()
    simulation.advance(by: .seconds(45))
    try simulation.run { [bob] in try await bob.setStatus(.online, text: "while you were gone") }
    server.connect(bob)
    way.cut(false)
    simulation.advance(by: .seconds(75))
    #expect(screen.state(of: bob.userID) == .online)
    #expect(screen.roster.contacts[bob.userID]?.statusText == "while you were gone")
  }

  @Test func aLostAnswerIsAskedForAgain() throws {
    let screen = server.connect(ann)
    simulation.advance(by: .seconds(5))
    way.loseAnswers(1)
    try simulation.run { [bob] in try await bob.setStatus(.online, text: "lost once") }
    simulation.advance(by: .seconds(2))
    #expect(screen.roster.contacts[bob.userID]?.statusText == "lost once")
  }

  @Test func triesGrowRarerAndNeverStop() throws {
    server.connect(ann)
    simulation.advance(by: .seconds(5))
    way.cut()
    // The poll in flight ends, is tried at once, then after 1, 2, 4 … 60 s, give or take a fifth.
    simulation.advance(by: .seconds(30))
    let before = way.requests.count
    simulation.advance(by: .seconds(120))
    #expect((4...6).contains(way.requests.count - before))
    let later = way.requests.count
    simulation.advance(by: .seconds(3600))
    #expect((50...76).contains(way.requests.count - later))
  }

  @Test func anAnswerThatNeverComesIsGivenUp() throws {
    way.delay(.seconds(1000))
    #expect(throws: SDKError.self) {
      try simulation.run(patience: .seconds(100)) { [ann] in try await ann.setStatus(.busy, text: nil) }
    }
    #expect(simulation.time.instant - .origin < .seconds(40))
  }
}
