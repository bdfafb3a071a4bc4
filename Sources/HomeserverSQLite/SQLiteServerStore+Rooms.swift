public import Homeserver
public import MatrixWire
public import RoomCore

extension SQLiteServerStore {
  public func events(_ ids: Set<EventID>) async throws(StoreError) -> [EventID: StoredEvent] {
    try await ask { try $0.events(ids) }
  }

  public func timeline(_ page: TimelinePage) async throws(StoreError) -> [StoredEvent] {
    try await ask { try $0.timeline(page) }
  }

  public func newestEvents(
    in rooms: [RoomID: TimelineRange], limit: Int
  ) async throws(StoreError) -> [RoomID: [StoredEvent]] {
    try await askInParts(rooms) { try $0.newestEvents(in: $1, limit: limit) }
  }

  public func newestMessages(
    in rooms: [RoomID: TimelineRange], limit: Int
  ) async throws(StoreError) -> [RoomID: [PDU]] {
    try await ask { try $0.newestMessages(in: rooms, limit: limit) }
  }

  public func oldestEvents(
    in rooms: [RoomID: TimelineRange], limit: Int
  ) async throws(StoreError) -> [StoredEvent] {
    try await ask { try $0.oldestEvents(in: rooms, limit: limit) }
  }

  public func state(
    of rooms: [RoomID: TimelineRange]
  ) async throws(StoreError) -> [RoomID: [StoredEvent]] {
    try await askInParts(rooms) { try $0.state(of: $1) }
  }

  /// With many rooms the time goes into making events of rows, which two readers do in half of it. What is committed
  /// between the two reads lies beyond the ranges.
  private func askInParts(
    _ rooms: [RoomID: TimelineRange],
    _ body: @escaping @Sendable (RoomQueries, [RoomID: TimelineRange]) throws -> [RoomID: [StoredEvent]]
  ) async throws(StoreError) -> [RoomID: [StoredEvent]] {
    guard rooms.count >= Self.manyRooms else { return try await ask { try body($0, rooms) } }
    let middle = rooms.index(rooms.startIndex, offsetBy: rooms.count / 2)
    let halves = [rooms[..<middle], rooms[middle...]].map { half in
      Dictionary(uniqueKeysWithValues: half.map { ($0.key, $0.value) })
    }
    async let first = part(halves[0], body)
    let second = await part(halves[1], body)
    return try await first.get().merging(try second.get()) { first, _ in first }
  }

  private func part(
    _ rooms: [RoomID: TimelineRange],
    _ body: @escaping @Sendable (RoomQueries, [RoomID: TimelineRange]) throws -> [RoomID: [StoredEvent]]
  ) async -> Result<[RoomID: [StoredEvent]], StoreError> {
    do throws(StoreError) {
      return .success(try await ask { try body($0, rooms) })
    } catch {
      return .failure(error)
    }
  }

  private static var manyRooms: Int { 16 }

  public func visibility(
    of rooms: Set<RoomID>, for user: UserID
  ) async throws(StoreError) -> [RoomID: [PDU]] {
    try await ask { try $0.visibility(of: rooms, for: user) }
  }
}
