import MatrixWire
import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Synchronization
import Testing

/// What polls say of the device, changed while one waits on the server.
struct PollPresenceTests: FaultyWayTests {
  let scene: FaultyWay
  let bob: Session

  init() throws {
    scene = try FaultyWay()
    bob = try scene.server.register("bob")
    try scene.server.befriend(bob, scene.ann)
  }

  private var polls: [WireRequest] { way.requests(.get, endingIn: "sync") }

  /// Starts Ann's stream, with polls that say this until it is changed.
  private func listen(as presence: PollPresence) -> Box<[SyncStep]> {
    let steps = Box<[SyncStep]>()
    steps.set([])
    simulation.start { [ann] in
      do {
        for try await step in ann.events(as: presence, seed: 1) { steps.set((steps.value ?? []) + [step]) }
      } catch {}
    }
    return steps
  }

  @Test func aPollThatWaitsIsSentAnewWithWhatIsSoNow() {
    let screen = server.connect(bob)
    let presence = PollPresence(.offline)
    _ = listen(as: presence)
    simulation.advance(by: .seconds(5))
    #expect(screen.state(of: ann.userID) == .offline)
    presence.set(.online)
    simulation.advance(by: .seconds(1))
    #expect(screen.state(of: ann.userID) == .online)
    #expect(polls.last?.query("set_presence") == "online")
  }

  @Test func nothingIsLostAndNothingIsSaidTwice() throws {
    let presence = PollPresence(.offline)
    let steps = listen(as: presence)
    simulation.advance(by: .seconds(5))
    let before = steps.value?.count ?? 0
    presence.set(.unavailable)
    simulation.advance(by: .seconds(1))
    try simulation.run { [ann] in try await ann.invite(UserID("@bob:harbor.example") ?? ann.userID) }
    simulation.advance(by: .seconds(1))
    let news = (steps.value ?? []).dropFirst(before)
    #expect(news.allSatisfy { if case .answer(_, isComplete: false) = $0 { true } else { false } })
    #expect(!news.isEmpty)
  }

  @Test func sayingTheSameAgainSendsNothing() {
    let presence = PollPresence(.offline)
    _ = listen(as: presence)
    simulation.advance(by: .seconds(5))
    let before = polls.count
    presence.set(.offline)
    simulation.advance(by: .seconds(5))
    #expect(polls.count == before)
  }

  @Test func aPresenceThatFlickersCostsTwoPollsASecondAtMost() {
    let presence = PollPresence(.offline)
    _ = listen(as: presence)
    simulation.advance(by: .seconds(5))
    let before = polls.count
    for number in 0..<100 {
      presence.set(number.isMultiple(of: 2) ? .online : .offline)
      simulation.advance(by: .milliseconds(100))
    }
    // And a few that end because there is news of oneself.
    #expect(polls.count - before <= 25)
  }

  @Test func aChangeMadeWhileTheServerIsAwayIsSaidWhenItIsBack() {
    let screen = server.connect(bob)
    let presence = PollPresence(.offline)
    _ = listen(as: presence)
    simulation.advance(by: .seconds(5))
    way.cut()
    simulation.advance(by: .seconds(5))
    presence.set(.online)
    simulation.advance(by: .seconds(5))
    way.cut(false)
    simulation.advance(by: .seconds(75))
    #expect(screen.state(of: ann.userID) == .online)
  }
}
