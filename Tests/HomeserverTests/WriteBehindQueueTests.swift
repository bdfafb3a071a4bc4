import MatrixWire
import PorchlightTestSupport
import Ports
import PresenceCore
import PresenceFederation
import Testing

@testable import Homeserver

/// What is stored a little later, and when.
struct WriteBehindQueueTests {
  private var queue = WriteBehindQueue(interval: .seconds(2))
  private let ann: UserID
  private let bob: UserID
  private let peer: PeerChange

  init() throws {
    ann = try UserID("@ann:red.example").orThrow("a user")
    bob = try UserID("@bob:blue.example").orThrow("a user")
    peer = .peer(PeerRecord(name: bob.server, isSubscribed: true))
  }

  private func after(_ seconds: Int) -> Instant { .origin + .seconds(seconds) }

  @Test mutating func theFirstChangeSetsTheTimeAndLaterOnesDoNotMoveIt() {
    #expect(queue.due == nil)
    #expect(queue.add(ann, at: after(0)) == true)
    #expect(queue.add(bob, at: after(1)) == false)
    #expect(queue.add(.init(owner: ann, observed: bob), at: after(1)) == false)
    #expect(queue.due == after(2))
    #expect(queue.begin(at: after(1)) == false)
    #expect(queue.begin(at: after(2)) == true)
    #expect(queue.due == nil)
  }

  @Test mutating func eachIsTakenOnce() {
    for second in 0..<10 { _ = queue.add(ann, at: after(second)) }
    _ = queue.add(.init(owner: ann, observed: bob), at: after(0))
    #expect(queue.takeUsers() == [ann])
    #expect(queue.takeUsers() == [])
    #expect(queue.takeRelations().count == 1)
    #expect(queue.takeRelations().isEmpty)
  }

  @Test mutating func whatCouldNotBeStoredWaitsAgain() {
    _ = queue.add(peer, at: after(0))
    #expect(queue.begin(at: after(2)) == true)
    #expect(queue.beginPeers() == [peer])
    #expect(queue.peers.isEmpty)
    #expect(queue.endPeers(areStored: false, at: after(3)) == true)
    #expect(queue.due == after(5))
    #expect(queue.beginPeers() == [peer])
    #expect(queue.endPeers(areStored: true, at: after(5)) == false)
    #expect(queue.beginPeers() == [])
  }

  @Test mutating func whatIsOlderThanARowThatIsStoredNowIsNotWrittenAfterIt() {
    _ = queue.add(peer, at: after(0))
    let newer = PeerChange.peer(PeerRecord(name: bob.server, isSubscribed: false))
    let withdrawn = queue.withdraw(before: [newer])
    #expect(queue.peers.isEmpty)
    _ = queue.begin(at: after(2))
    #expect(queue.putBack(withdrawn, at: after(3)) == true)
    #expect(queue.peers.changes == [peer], "nothing was stored: the older one waits as before")
  }

  @Test mutating func whatIsBeingWrittenIsWithdrawnToo() {
    _ = queue.add(peer, at: after(0))
    _ = queue.beginPeers()
    _ = queue.withdraw(before: [.peer(PeerRecord(name: bob.server, isSubscribed: false))])
    _ = queue.endPeers(areStored: false, at: after(2))
    #expect(queue.peers.isEmpty)
  }
}
