public import MatrixWire
public import RoomCore

/// What happened in rooms, as it is stored. Timelines are never loaded whole: each of these is one query, of however
/// many rooms and events.
///
/// Rooms that are not there, and rooms of which there is nothing to say, are missing in answers.
public protocol RoomHistory: Sendable {
  /// Events by their IDs, of any rooms; those that are not there are missing.
  func events(_ ids: Set<EventID>) async throws(StoreError) -> [EventID: StoredEvent]

  /// One page of a timeline.
  func timeline(_ page: TimelinePage) async throws(StoreError) -> [StoredEvent]

  /// The newest events of many rooms, each in its range and as many as `limit` at most, oldest first.
  func newestEvents(
    in rooms: [RoomID: TimelineRange], limit: Int
  ) async throws(StoreError) -> [RoomID: [StoredEvent]]

  /// The newest messages of many rooms that count as unread (`PDU.isMessage`), each in its range and as many as `limit` at
  /// most, oldest first.
  func newestMessages(
    in rooms: [RoomID: TimelineRange], limit: Int
  ) async throws(StoreError) -> [RoomID: [PDU]]

  /// The oldest events of many rooms together, each in its range and all of them as many as `limit` at most, oldest first.
  func oldestEvents(
    in rooms: [RoomID: TimelineRange], limit: Int
  ) async throws(StoreError) -> [StoredEvent]

  /// The state of many rooms, members included, as it was right after `through` of each; oldest first. State that was the
  /// same at `after` is left out, so that 0 asks for all of it.
  func state(of rooms: [RoomID: TimelineRange]) async throws(StoreError) -> [RoomID: [StoredEvent]]

  /// All that decides which events of rooms a user may see, oldest first: their own `m.room.member` events, without those
  /// that leave the membership what it was, and the `m.room.history_visibility` events.
  func visibility(of rooms: Set<RoomID>, for user: UserID) async throws(StoreError) -> [RoomID: [PDU]]
}
