internal import MatrixWire
internal import Ports
internal import RoomCore

/// Rooms as the server holds them: their rules, and what happened lately.
struct RoomHost: Sendable {
  var rules: RoomRules
  private(set) var recent: RecentEvents
  /// Members of whom clients asked because they spoke.
  var speakers = SpeakerLog()
  /// The last event of each room that made all its members see each other, in this life of the server.
  private(set) var sharingBegan: [RoomID: UInt64] = [:]
  /// Changes that are stored, and wait for those with earlier places to be: what happened is told in one order.
  var waiting = PlaceQueue<CheckedContinuation<Void, Never>>()
  /// What notifies in rooms whose members asked in this life of the server.
  private(set) var unread: [RoomID: UnreadLog] = [:]
  /// The last position before this life of the server. A token may say more: places that were given, and never used.
  let lastBefore: UInt64

  init(_ rules: RoomRules) {
    self.rules = rules
    lastBefore = rules.positions.last
    recent = RecentEvents(after: rules.positions.last)
  }

  /// How far the rooms' common stream has come: everything up to here has happened or never will.
  var position: UInt64 { rules.positions.settled }

  /// Where a stream goes on that an earlier life told so far; nil where it has to begin, because no life can have told it.
  func position(ofEarlierLife position: UInt64) -> UInt64? {
    guard position > lastBefore else { return position }
    return position - lastBefore <= Self.mostUnused ? lastBefore : nil
  }

  /// How many positions a life may have given that were never used: of changes that could not be stored. What is beyond
  /// was sealed with another key.
  private static let mostUnused: UInt64 = 1_000_000

  /// An event that is at hand.
  func event(_ id: EventID) -> TimelineEvent? { recent.event(id) ?? speakers.event(id) }

  mutating func add(_ event: TimelineEvent) {
    recent.add(event)
    guard let room = rules.room(event.event.room) else { return }
    unread.change(room.id) { $0.add(event.event, in: room) }
  }

  mutating func setUnread(_ log: UnreadLog, of room: RoomID) { unread[room] = log }

  /// Takes an event that lost its content, and gives it to none of those that are told beside others.
  mutating func redact(_ event: PDU) {
    let redaction = event.redactedBy.flatMap { recent.event($0)?.event }
    recent.redact(event, because: redaction)
    // A redaction that is redacted itself stands beside what it redacted.
    if event.membership != nil || event.type == RoomEventType.redaction { speakers.clear() }
    if unread.change(event.room, { $0.remove(event.position) }) == false { unread[event.room] = nil }
  }

  /// The members of a room see each other since an event of it.
  mutating func sharingBegan(in room: RoomID, at position: UInt64) { sharingBegan[room] = position }

  /// Takes out the change that may be made true next, if it waits.
  mutating func takeNext() -> CheckedContinuation<Void, Never>? {
    let positions = rules.positions
    return waiting.takeFirst { !positions.hasOpen(before: $0) }
  }
}
