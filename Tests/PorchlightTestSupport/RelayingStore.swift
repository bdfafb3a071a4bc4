public import Homeserver
public import MatrixWire
public import RoomCore

/// A store that hands on what it is asked to another one; what a test is about it does itself.
public protocol RelayingStore: ServerStore {
  var base: MemoryServerStore { get }
}

extension RelayingStore {
  public func load(for server: ServerName) async throws(StoreError) -> StoredServer {
    try await base.load(for: server)
  }

  public func close() async { await base.close() }

  public func events(_ ids: Set<EventID>) async throws(StoreError) -> [EventID: StoredEvent] {
    try await base.events(ids)
  }

  public func timeline(_ page: TimelinePage) async throws(StoreError) -> [StoredEvent] {
    try await base.timeline(page)
  }

  public func newestEvents(
    in rooms: [RoomID: TimelineRange], limit: Int
  ) async throws(StoreError) -> [RoomID: [StoredEvent]] {
    try await base.newestEvents(in: rooms, limit: limit)
  }

  public func newestMessages(
    in rooms: [RoomID: TimelineRange], limit: Int
  ) async throws(StoreError) -> [RoomID: [PDU]] {
    try await base.newestMessages(in: rooms, limit: limit)
  }

  public func oldestEvents(
    in rooms: [RoomID: TimelineRange], limit: Int
  ) async throws(StoreError) -> [StoredEvent] {
    try await base.oldestEvents(in: rooms, limit: limit)
  }

  public func state(
    of rooms: [RoomID: TimelineRange]
  ) async throws(StoreError) -> [RoomID: [StoredEvent]] {
    try await base.state(of: rooms)
  }

  public func visibility(
    of rooms: Set<RoomID>, for user: UserID
  ) async throws(StoreError) -> [RoomID: [PDU]] {
    try await base.visibility(of: rooms, for: user)
  }
}
