internal import MatrixWire
internal import Ports
internal import RoomCore

/// Member events that were read because their users spoke: each client that loads members lazily is told them with what
/// they said, so that the first one's question answers all.
///
/// The last ones, bounded by their number and their size.
struct SpeakerLog: Sendable {
  private var events = LinkedDictionary<EventID, TimelineEvent>()
  /// Changes where one may have lost its content: what was read before is not kept then.
  private(set) var version: UInt64 = 0
  private static let most = 1_024
  private static let largest = 4_096

  func event(_ id: EventID) -> TimelineEvent? { events[id] }

  /// Takes what was read while this had a version.
  mutating func add(_ read: some Sequence<TimelineEvent>, version: UInt64) {
    guard version == self.version else { return }
    for event in read where event.event.type == RoomEventType.member && event.size <= Self.largest {
      events.append(event.event.id, event)
      if events.count > Self.most, let first = events.first { events.remove(first.key) }
    }
  }

  /// A membership lost its content. It may stand in another one, too.
  mutating func clear() {
    events = LinkedDictionary()
    version += 1
  }
}
