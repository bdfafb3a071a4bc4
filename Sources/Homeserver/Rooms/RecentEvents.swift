internal import MatrixWire
internal import RoomCore

/// The events that happened last, in memory: most polls are told of nothing else, and read no disk.
///
/// Bounded by their number and their bytes together, whatever rooms they are of.
struct RecentEvents: Sendable {
  private var rooms: [RoomID: [TimelineEvent]] = [:]
  private var byID: [EventID: TimelineEvent] = [:]
  /// All of them in the order in which they came, from `first` on.
  private var order: [EventID] = []
  private var first = 0
  private var bytes = 0
  /// No event up to this position need be here.
  private(set) var floor: UInt64
  private let most: Int
  private let mostBytes: Int

  /// - Parameters:
  ///   - floor: the last position before this life of the server.
  ///   - most: how many events are kept.
  ///   - mostBytes: how many bytes their contents have together.
  init(after floor: UInt64, most: Int = 4_096, mostBytes: Int = 8 << 20) {
    (self.floor, self.most, self.mostBytes) = (floor, most, mostBytes)
  }

  /// The events of a room after a position, oldest first; nil where some may be missing.
  func events(in room: RoomID, after position: UInt64) -> [TimelineEvent]? {
    guard position >= floor else { return nil }
    let events = rooms[room] ?? []
    // From the end: hardly ever more than a few are wanted.
    let count = events.reversed().prefix { $0.position > position }.count
    return Array(events.suffix(count))
  }

  func event(_ id: EventID) -> TimelineEvent? { byID[id] }

  /// Takes an event that comes after all others of its room.
  mutating func add(_ event: TimelineEvent) {
    rooms[event.event.room, default: []].append(event)
    byID[event.event.id] = event
    order.append(event.event.id)
    bytes += event.size
    while order.count - first > most || bytes > mostBytes, first < order.count { removeFirst() }
  }

  /// Takes an event that lost its content: it is told without, and so are the one that replaced it and the one that it
  /// redacted itself.
  mutating func redact(_ redacted: PDU, because redaction: PDU?) {
    for (place, event) in (rooms[redacted.room] ?? []).enumerated() {
      let isIt = event.event.id == redacted.id
      let (isReplaced, isRedaction) = (
        event.replaced?.id == redacted.id, event.redaction?.id == redacted.id
      )
      guard isIt || isReplaced || isRedaction else { continue }
      let stored = StoredEvent(
        isIt ? redacted : event.event, replaced: isReplaced ? redacted : event.replaced,
        redaction: isIt ? redaction : isRedaction ? redacted : event.redaction)
      let after = TimelineEvent(stored, transaction: event.transaction)
      bytes += after.size - event.size
      byID[after.event.id] = after
      rooms[redacted.room]?[place] = after
    }
  }

  private mutating func removeFirst() {
    let id = order[first]
    first += 1
    if first > most { (order, first) = (Array(order[first...]), 0) }
    guard let event = byID.removeValue(forKey: id) else { return }
    bytes -= event.size
    floor = max(floor, event.position)
    let room = event.event.room
    if let place = rooms[room]?.firstIndex(where: { $0 === event }) { rooms[room]?.remove(at: place) }
    if rooms[room]?.isEmpty ?? false { rooms[room] = nil }
  }
}
