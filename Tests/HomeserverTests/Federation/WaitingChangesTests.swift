import MatrixWire
import PorchlightTestSupport
import PresenceFederation
import Testing

@testable import Homeserver

/// What of other servers is written behind, and what must not be written any more.
struct WaitingChangesTests {
  private var waiting = WaitingChanges()
  private let accept: ListEDU
  private let deny: ListEDU
  private let blue: ServerName

  init() throws {
    blue = try ServerName("blue.example").orThrow("a name")
    let ann = try UserID("@ann:red.example").orThrow("a user")
    let bob = try UserID("@bob:blue.example").orThrow("a user")
    accept = ListEDU(.accept, observer: bob, observed: ann, inviteID: 1)
    deny = ListEDU(.deny, observer: bob, observed: ann, inviteID: 2)
  }

  @Test mutating func ofEachThingTheNewestWaits() {
    for number in 0..<1_000 {
      waiting.add(.peer(PeerRecord(name: blue, isSubscribed: number % 2 == 0)))
      waiting.add(number % 2 == 0 ? .unsent(accept) : .delivered(accept))
    }
    #expect(waiting.changes == [.peer(PeerRecord(name: blue, isSubscribed: false)), .delivered(accept)])
  }

  @Test mutating func aMessageThatCameAfterItsLikeArrivedIsKept() {
    waiting.add(.unsent(accept))
    waiting.add(.delivered(accept))
    waiting.add(.unsent(deny))
    #expect(waiting.changes == [.delivered(accept), .unsent(deny)])
    waiting.add(.delivered(accept))
    #expect(waiting.changes == [.delivered(accept), .unsent(deny)])
  }

  @Test mutating func whatIsStoredNowIsNotUndone() {
    waiting.add(.delivered(accept))
    waiting.add(.peer(PeerRecord(name: blue, isSubscribed: true)))
    let older = waiting.withdraw(
      before: [.unsent(accept), .peer(PeerRecord(name: blue, isSubscribed: false))])
    #expect(waiting.isEmpty)
    waiting.putBack(older)
    #expect(waiting.changes.count == 2)
  }

  @Test mutating func whatIsPutBackIsOlder() {
    var older = WaitingChanges()
    older.add(.unsent(accept))
    older.add(.peer(PeerRecord(name: blue, isSubscribed: true)))
    waiting.add(.delivered(accept))
    waiting.add(.forgetPeer(blue))
    waiting.putBack(older)
    #expect(waiting.changes == [.forgetPeer(blue), .delivered(accept)])
  }

  @Test func serversInPassingAreForgottenInTheOrderTheyCame() throws {
    var passing = PeerRowRetention(most: 10)
    var forgotten = 0
    for number in 0..<1_000 {
      let name = try ServerName("s\(number).example").orThrow("a name")
      forgotten += passing.changes(with: PeerRecord(name: name, isSubscribed: false)).count
      #expect(number + 1 - forgotten <= 10)
      #expect(passing.changes(with: PeerRecord(name: blue, isSubscribed: true)).isEmpty)
    }
  }
}
