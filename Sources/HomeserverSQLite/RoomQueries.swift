internal import FoundationEssentials
internal import GRDB
internal import Homeserver
internal import MatrixWire
internal import RoomCore

/// The statements of `RoomHistory`. Each is one for all rooms and events that are asked for, which come as one JSON array,
/// and reads no event that is not in its answer, beside those that it replaced or that redacted it.
struct RoomQueries {
  let reader: StoreReader

  // MARK: Statements

  /// An event, the state event it replaced, and its redaction.
  private static let columns = ["e", "r", "x"].map { StoredRow.eventColumns($0) }.joined(separator: ", ")
  private static let neighbours = """
    LEFT JOIN room_event AS r ON r.position = (
      SELECT max(position) FROM room_event
      WHERE room = e.room AND type = e.type AND state_key = e.state_key AND position < e.position)
    LEFT JOIN room_event AS x ON x.id = e.redacted_by
    """
  private static let wanted = """
    (SELECT value ->> 0 AS room, value ->> 1 AS after, value ->> 2 AS through FROM json_each(?)) AS w
    """

  static let events = """
    SELECT \(columns) FROM json_each(?) AS w CROSS JOIN room_event AS e ON e.id = w.value \(neighbours)
    """

  static func timeline(_ direction: MessagesQuery.Direction) -> String {
    """
    SELECT \(columns) FROM room_event AS e \(neighbours)
    WHERE e.room = ? AND e.position > ? AND e.position <= ?
    ORDER BY e.position \(direction == .forward ? "ASC" : "DESC") LIMIT ?
    """
  }

  static let newestEvents = """
    SELECT \(columns) FROM \(wanted) CROSS JOIN room_event AS e ON e.position IN (
      SELECT position FROM room_event
      WHERE room = w.room AND position > w.after AND position <= w.through
      ORDER BY position DESC LIMIT ?)
    \(neighbours) ORDER BY e.position
    """

  static let newestMessages = """
    SELECT \(StoredRow.eventColumns("e")) FROM \(wanted) CROSS JOIN room_event AS e ON e.position IN (
      SELECT position FROM room_event
      WHERE room = w.room AND position > w.after AND position <= w.through AND \(RoomTables.areMessages)
      ORDER BY position DESC LIMIT ?)
    ORDER BY e.position
    """

  /// Of each room no more positions than are wanted of all, and of those events no more than are.
  static let oldestEvents = """
    SELECT \(columns) FROM (
      SELECT t.position FROM \(wanted) CROSS JOIN room_event AS t ON t.position IN (
        SELECT position FROM room_event
        WHERE room = w.room AND position > w.after AND position <= w.through
        ORDER BY position LIMIT ?)
      ORDER BY t.position LIMIT ?) AS p
    CROSS JOIN room_event AS e ON e.position = p.position \(neighbours) ORDER BY e.position
    """

  /// What changed after a position and not since has a current event after it, too.
  static let state = """
    SELECT \(columns) FROM \(wanted) CROSS JOIN room_state AS s ON s.room = w.room AND s.position > w.after
    CROSS JOIN room_event AS e ON e.position = iif(s.position <= w.through, s.position, (
      SELECT max(position) FROM room_event
      WHERE room = s.room AND type = s.type AND state_key = s.state_key AND position <= w.through))
    \(neighbours) WHERE e.position > w.after
    """

  /// Of a user's memberships those that are not what the one before was: new names, which may be thousands, are not read.
  static let visibility = """
    SELECT \(StoredRow.eventColumns("e")) FROM json_each(?) AS w
    CROSS JOIN room_event AS e ON e.position IN (
      SELECT position FROM room_event WHERE room = w.value AND type = ? AND state_key = ?
      UNION ALL
      SELECT position FROM room_event WHERE room = w.value AND state_key = ? AND changes_membership = 1)
    ORDER BY e.position
    """

  // MARK: Asking

  func events(_ ids: Set<EventID>) throws -> [EventID: StoredEvent] {
    var found: [EventID: StoredEvent] = [:]
    try read(Self.events, [list(ids.map { .string($0.rawValue) })]) { found[$0.event.id] = $0 }
    return found
  }

  func timeline(_ page: TimelinePage) throws -> [StoredEvent] {
    var found: [StoredEvent] = []
    let range = page.range
    try read(
      Self.timeline(page.direction),
      [page.room.rawValue, range.after.bound, range.through.bound, max(page.limit, 0)]
    ) { found.append($0) }
    return found
  }

  func newestEvents(in rooms: [RoomID: TimelineRange], limit: Int) throws -> [RoomID: [StoredEvent]] {
    try byRoom(Self.newestEvents, [list(rooms), max(limit, 0)])
  }

  func newestMessages(in rooms: [RoomID: TimelineRange], limit: Int) throws -> [RoomID: [PDU]] {
    try plainByRoom(Self.newestMessages, [list(rooms), max(limit, 0)])
  }

  func oldestEvents(in rooms: [RoomID: TimelineRange], limit: Int) throws -> [StoredEvent] {
    var found: [StoredEvent] = []
    try read(Self.oldestEvents, [list(rooms), max(limit, 0), max(limit, 0)]) { found.append($0) }
    return found
  }

  func state(of rooms: [RoomID: TimelineRange]) throws -> [RoomID: [StoredEvent]] {
    // Mostly they come in order. SQLite would write each of them once more to see that.
    try byRoom(Self.state, [list(rooms)]).mapValues { events in
      let places = events.map(\.event.position)
      return zip(places, places.dropFirst()).allSatisfy(<)
        ? events : events.sorted { $0.event.position < $1.event.position }
    }
  }

  func visibility(of rooms: Set<RoomID>, for user: UserID) throws -> [RoomID: [PDU]] {
    let keys = [RoomEventType.historyVisibility.blob, "".blob, user.rawValue.blob]
    return try plainByRoom(Self.visibility, [list(rooms.map { .string($0.rawValue) })] + keys)
  }

  private func plainByRoom(
    _ sql: String, _ values: [any DatabaseValueConvertible]
  ) throws -> [RoomID: [PDU]] {
    var found: [RoomID: [PDU]] = [:]
    try reader.read("room_event", sql, values) { row in
      let event = try row.event()
      found[event.room, default: []].append(event)
    }
    return found
  }

  private func byRoom(
    _ sql: String, _ values: [any DatabaseValueConvertible]
  ) throws -> [RoomID: [StoredEvent]] {
    var found: [RoomID: [StoredEvent]] = [:]
    try read(sql, values) { found[$0.event.room, default: []].append($0) }
    return found
  }

  private func read(
    _ sql: String, _ values: [any DatabaseValueConvertible], _ body: (StoredEvent) -> Void
  ) throws {
    try reader.read("room_event", sql, values) { body(try $0.storedEvent()) }
  }

  private func list(_ rooms: [RoomID: TimelineRange]) -> String {
    list(
      rooms.map { room, range in
        .array([.string(room.rawValue), .integer(range.after.bound), .integer(range.through.bound)])
      })
  }

  private func list(_ elements: [CanonicalJSON]) -> String {
    String(decoding: CanonicalJSON.array(elements).bytes, as: UTF8.self)
  }
}

extension UInt64 {
  /// A bound of positions: none that is stored is beyond.
  fileprivate var bound: Int64 { Swift.min(Int64(clamping: self), CanonicalJSON.exactIntegers.upperBound) }
}
