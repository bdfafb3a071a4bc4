internal import Homeserver
internal import MatrixWire
internal import RoomCore

/// Events in the columns of `room_event`. What only servers need of them is not read.
extension StoredRow {
  private static let names = [
    "position", "id", "room", "type", "state_key", "sender", "content", "timestamp", "depth", "redacted_by",
  ]

  static let eventWidth = names.count

  /// The columns of an event, for a statement in which `room_event` has a name of its own or is the only table.
  static func eventColumns(_ table: String? = nil) -> String {
    names.map { name in table.map { "\($0).\(name)" } ?? name }.joined(separator: ", ")
  }

  /// The event in the columns from a place on.
  func event(from first: Int = 0) throws -> PDU {
    PDU(
      id: try name(first + 1), room: try name(first + 2), type: try text(first + 3),
      stateKey: try optionalText(first + 4), sender: try name(first + 5), content: try bytes(first + 6),
      timestamp: try time(first + 7), depth: try integer(first + 8), position: try count(first),
      redactedBy: try isNull(first + 9) ? nil : name(first + 9))
  }

  /// The event in the columns from a place on, where there is one.
  func optionalEvent(from first: Int) throws -> PDU? { isNull(first) ? nil : try event(from: first) }

  /// An event with those that belong to it, side by side.
  func storedEvent() throws -> StoredEvent {
    StoredEvent(
      try event(), replaced: try optionalEvent(from: Self.eventWidth),
      redaction: try optionalEvent(from: 2 * Self.eventWidth))
  }
}
