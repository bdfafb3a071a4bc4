import MatrixWire
import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Synchronization
import Testing

/// The event stream when the way to the server is bad.
struct ReconnectTests: FaultyWayTests {
  let scene: FaultyWay
  let bob: Session

  init() throws {
    scene = try FaultyWay()
    bob = try scene.friend("bob")
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

  @Test func aClientDoesNotSpinWhenTheServerStopped() {
    server.connect(ann)
    simulation.advance(by: .seconds(1))
    let before = way.requests.count
    server.stop()
    simulation.advance(by: .seconds(60))
    #expect(way.requests.count - before <= 10)
  }

  /// A server that answers every poll at once, against the protocol: with nothing, or with something else each time.
  private final class HastyExchange: Exchange {
    private let polls = Mutex(0)
    private let isTalkative: Bool

    init(isTalkative: Bool) { self.isTalkative = isTalkative }

    var count: Int { polls.withLock { $0 } }

    func send(_ request: WireRequest) async throws -> WireResponse {
      let number = polls.withLock { polls in
        polls += 1
        return polls
      }
      let event =
        #"{"type":"m.presence","sender":"@bob:harbor.example","content":{"presence":"online","status_msg":"\#(number)"}}"#
      let body = #"{"next_batch":"s1","presence":{"events":[\#(isTalkative ? event : "")]}}"#
      return WireResponse(status: 200, body: Array(body.utf8))
    }
  }

  private func polls(waiting wait: Duration, sayingSomething isTalkative: Bool = false) -> Int {
    let hasty = HastyExchange(isTalkative: isTalkative)
    let session = ann.through(hasty)
    simulation.start {
      do {
        for try await _ in session.events(wait: wait, seed: 1) where hasty.count > 1000 { break }
      } catch {}
    }
    simulation.advance(by: .seconds(60))
    return hasty.count
  }

  @Test func aClientDoesNotSpinWhenTheServerNeverWaits() {
    #expect((50...70).contains(polls(waiting: .seconds(30))))
  }

  @Test func aServerThatAnswersEveryPollAtOnceWithSomethingIsAskedFourTimesASecond() {
    #expect((200...245).contains(polls(waiting: .seconds(30), sayingSomething: true)))
  }

  @Test func whoDoesNotWantToWaitIsNotHeldBack() {
    #expect(polls(waiting: .zero) > 1000)
  }

  /// A server that does not know the positions it gave itself.
  private final class ForgetfulExchange: Exchange {
    private let polls = Mutex(0)

    var count: Int { polls.withLock { $0 } }

    func send(_ request: WireRequest) async throws -> WireResponse {
      polls.withLock { $0 += 1 }
      guard request.query("since") == nil else {
        return .json(MatrixError(.invalidParameter, "No such position."), status: 400)
      }
      return WireResponse(status: 200, body: Array(#"{"next_batch":"s1"}"#.utf8))
    }
  }

  @Test func aClientDoesNotSpinWhenTheServerRefusesItsOwnPositions() {
    let forgetful = ForgetfulExchange()
    let session = ann.through(forgetful)
    simulation.start {
      do { for try await _ in session.events(seed: 1) where forgetful.count > 1000 { break } } catch {}
    }
    simulation.advance(by: .seconds(60))
    #expect(forgetful.count <= 20)
  }
}
