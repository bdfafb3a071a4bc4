internal import MatrixWire
internal import PorchlightTestSupport
internal import Ports
internal import Testing

@testable internal import PresenceFederation

@Suite struct OutboundQueueTests {
  private let ann: UserID
  private let bob: UserID

  init() throws {
    ann = try UserID("@ann:red").orThrow("a name")
    bob = try UserID("@bob:blue").orThrow("a name")
  }

  private func message(_ kind: ListEDU.Kind) -> ListEDU { ListEDU(kind, observer: bob, observed: ann) }

  @Test func ofOneRelationOnlyTheNewestMessageIsSent() {
    var queue = OutboundQueue()
    let replaced = [ListEDU.Kind.accept, .accept, .deny].map { queue.add(message($0)) }
    #expect(replaced == [nil, nil, message(.accept)])
    #expect(queue.contents.messages == [message(.deny)])
  }

  @Test func whatCameSinceReplacesWhatIsQueuedAgain() {
    var queue = OutboundQueue()
    _ = queue.add(message(.deny))
    var again = OutboundContents()
    again.messages = [message(.accept)]
    let replaced = queue.requeue(again, Subscriptions())
    #expect(replaced == [message(.accept)])
    #expect(queue.contents.messages == [message(.deny)])
  }

  @Test func whatNoSubscriptionWantsIsNotQueuedAgain() {
    var (queue, subscriptions) = (OutboundQueue(), Subscriptions())
    var again = OutboundContents()
    again.states = [ann]
    again.polls = [bob]
    again.unpolls = [bob]
    _ = queue.requeue(again, subscriptions)
    #expect(queue.changed.isEmpty && queue.contents.polls.isEmpty && queue.contents.unpolls == [bob])
    subscriptions.watch(bob)
    subscriptions.watchedByThem = [ann]
    queue = OutboundQueue()
    _ = queue.requeue(again, subscriptions)
    #expect(queue.changed == [ann] && queue.contents.polls == [bob] && queue.contents.unpolls.isEmpty)
  }

  @Test func theEarliestFlushCounts() {
    var (queue, agenda) = (OutboundQueue(), Agenda(seed: 1))
    queue.flush(bob.server, at: .origin + .seconds(5), &agenda)
    queue.flush(bob.server, at: .origin + .seconds(9), &agenda)
    #expect(queue.flushAt == .origin + .seconds(5) && agenda.next == .origin + .seconds(5))
    queue.flush(bob.server, at: .origin + .seconds(1), &agenda)
    #expect(queue.flushAt == .origin + .seconds(1) && agenda.next == .origin + .seconds(1))
  }

  @Test func aNewMessageReplacesAParkedOne() {
    var queue = OutboundQueue()
    queue.parked.messages = [message(.accept)]
    let replaced = queue.unpark(message(.deny))
    #expect(replaced == [message(.accept)])
    #expect(queue.parked.isEmpty)
  }
}
