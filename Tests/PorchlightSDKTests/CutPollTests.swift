import MatrixWire
import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Testing

/// A proxy between that ends the connection of polls which stand too long for it.
struct CutPollTests: FaultyWayTests {
  let scene: FaultyWay
  let bob: Session

  init() throws {
    scene = try FaultyWay()
    bob = try scene.friend("bob")
  }

  private var polls: Int { way.requests(.get, endingIn: "sync").count }

  @Test func aFriendsChangeComesAtOnceThroughAProxyThatCutsAtFourSeconds() throws {
    way.cutPolls(after: .seconds(4))
    let screen = server.connect(ann)
    for number in 1...20 {
      simulation.advance(by: .milliseconds(30_700))
      try simulation.run { [bob] in try await bob.setStatus(.online, text: "text \(number)") }
      simulation.advance(by: .seconds(1))
      #expect(screen.roster.contacts[bob.userID]?.statusText == "text \(number)")
    }
  }

  @Test func nobodyIsSeenOfflineThroughAProxyThatCutsAtFourSeconds() throws {
    way.cutPolls(after: .seconds(4))
    server.connect(ann)
    // Others see ann by cy's screen.
    let cy = try server.register("cy")
    try server.befriend(cy, ann)
    let screen = server.connect(cy)
    simulation.advance(by: .seconds(10))
    let before = screen.changes.count
    simulation.advance(by: .seconds(3600))
    // An hour without a key is idle, and not offline.
    #expect(screen.state(of: ann.userID) == .unavailable)
    let absences = screen.changes.dropFirst(before).filter { change in
      if case .changed(_, let contact) = change { contact.state == .offline } else { false }
    }
    #expect(absences.isEmpty)
  }

  @Test func aLengthThatPassesIsLearned() {
    way.cutPolls(after: .seconds(4))
    server.connect(ann)
    simulation.advance(by: .seconds(60))
    let before = polls
    simulation.advance(by: .seconds(375))
    #expect((99...101).contains(polls - before))
    way.cutPolls(after: nil)
    simulation.advance(by: .seconds(3600))
    let after = polls
    simulation.advance(by: .seconds(300))
    #expect((9...11).contains(polls - after))
  }

  @Test func aCutIsNoInterruptionWhereTheNextPollIsAnswered() {
    way.cutPolls(after: .seconds(4))
    let interruption = Box<SDKError>()
    simulation.start { [ann] in
      do {
        for try await step in ann.events(seed: 1) {
          if case .interrupted(let error, _) = step { interruption.set(error) }
        }
      } catch {}
    }
    simulation.advance(by: .seconds(60))
    #expect(interruption.value == nil)
  }

  @Test(arguments: [1, 100, 999]) func aPollThatIsCutAtOnceEachTimeMakesNoBusyLoop(milliseconds: Int) {
    way.cutPolls(after: .milliseconds(milliseconds))
    server.connect(ann)
    simulation.advance(by: .seconds(600))
    #expect(polls < 60)
  }

  @Test func aPollThatIsCutAfterASecondEachTimeIsAskedForTwiceASecondAtMost() {
    way.cutPolls(after: .seconds(1))
    server.connect(ann)
    simulation.advance(by: .seconds(600))
    #expect(polls <= 1210)
  }
}
