public import MatrixWire
public import RoomCore

extension MemoryServerStore {
  public func events(_ ids: Set<EventID>) async throws(StoreError) -> [EventID: StoredEvent] {
    read { $0.events(ids) }
  }

  public func timeline(_ page: TimelinePage) async throws(StoreError) -> [StoredEvent] {
    read { $0.timeline(page) }
  }

  public func newestEvents(
    in rooms: [RoomID: TimelineRange], limit: Int
  ) async throws(StoreError) -> [RoomID: [StoredEvent]] {
    read { $0.newestEvents(in: rooms, limit: limit) }
  }

  public func newestMessages(
    in rooms: [RoomID: TimelineRange], limit: Int
  ) async throws(StoreError) -> [RoomID: [PDU]] {
    read { $0.newestMessages(in: rooms, limit: limit) }
  }

  public func oldestEvents(
    in rooms: [RoomID: TimelineRange], limit: Int
  ) async throws(StoreError) -> [StoredEvent] {
    read { $0.oldestEvents(in: rooms, limit: limit) }
  }

  public func state(
    of rooms: [RoomID: TimelineRange]
  ) async throws(StoreError) -> [RoomID: [StoredEvent]] {
    read { $0.state(of: rooms) }
  }

  public func visibility(
    of rooms: Set<RoomID>, for user: UserID
  ) async throws(StoreError) -> [RoomID: [PDU]] {
    read { $0.visibility(of: rooms, for: user) }
  }
}
