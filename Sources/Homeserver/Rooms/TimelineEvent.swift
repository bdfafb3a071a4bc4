internal import MatrixWire
internal import Ports
internal import RoomCore
internal import Synchronization

/// An event of a room, with the bytes that all who are told it share.
final class TimelineEvent: Sendable {
  let event: PDU
  /// The state event that it replaced.
  let replaced: PDU?
  /// The event that took its content.
  let redaction: PDU?
  let bytes: EventBytes
  /// The request that sent it, where that is remembered: the device that sent it is told so.
  let transaction: TransactionKey?
  /// The bytes of its type, which filters ask for.
  let type: [UInt8]
  private let bare = Mutex<TimelineEvent?>(nil)

  init(_ stored: StoredEvent, transaction: TransactionKey? = nil) {
    let event = stored.event
    (self.event, replaced, self.transaction) = (event, stored.replaced, transaction)
    redaction = stored.redaction
    type = Array(event.type.utf8)
    bytes = EventBytes(
      ClientEvent(
        eventID: event.id, roomID: event.room, type: event.type, stateKey: event.stateKey,
        sender: event.sender, originServerTimestamp: event.timestamp.milliseconds, content: event.content,
        // Beside the content of room version 11, where clients of earlier versions look for it.
        redacts: event.redacts,
        prevContent: stored.replaced?.content, prevSender: stored.replaced?.sender,
        replacesState: stored.replaced?.id,
        redactedBecause: stored.redaction.map { redaction in
          TimelineEvent(StoredEvent(redaction)).bytes
            .bytes(as: .withRoom, now: redaction.timestamp.milliseconds)
        }))
  }

  var position: UInt64 { event.position }

  /// About how many bytes it takes in memory.
  var size: Int { 512 + 2 * event.content.count + (replaced?.content.count ?? 0) }

  /// The event with nothing beside it; made once for all who are told it so.
  var alone: TimelineEvent {
    guard replaced != nil || redaction != nil else { return self }
    return bare.withLock { bare in
      let event = bare ?? TimelineEvent(StoredEvent(event), transaction: transaction)
      bare = event
      return event
    }
  }

  /// The event without what is told beside it and may not be read.
  func shown(under visibility: HistoryVisibility) -> TimelineEvent {
    let mayReadReplaced = replaced.map { visibility.mayRead($0.position) } ?? true
    let mayReadRedaction = redaction.map { visibility.mayRead($0.position) } ?? true
    guard !mayReadReplaced || !mayReadRedaction else { return self }
    return TimelineEvent(
      StoredEvent(
        event, replaced: mayReadReplaced ? replaced : nil, redaction: mayReadRedaction ? redaction : nil),
      transaction: transaction)
  }

  /// What it is the current state of, where it is state.
  var key: StateKey? { event.stateKey.map { StateKey(event.type, $0) } }

  /// The membership it gives, and to whom, where it is one.
  var member: (user: UserID, membership: Membership)? {
    guard let membership = event.membership, let user = event.stateKey.flatMap({ UserID($0) }) else {
      return nil
    }
    return (user, membership)
  }

  /// What the user of a membership was to the room before it.
  var membershipBefore: Membership { replaced?.membership ?? .leave }

  /// The event as a device is told it.
  func viewed(by device: Device) -> ViewedEvent {
    guard let transaction, transaction.user == device.user, transaction.device == device.id else {
      return ViewedEvent(bytes)
    }
    return ViewedEvent(bytes, transactionID: transaction.id)
  }
}

extension RoomEventFilter {
  /// Whether an event passes, of a room that does.
  func allows(_ event: TimelineEvent) -> Bool {
    allows(type: event.type, from: event.event.sender, hasURL: event.event.fields["url"] != nil)
  }
}
