/// The query of `GET /rooms/{roomId}/context/{eventId}` (Matrix specification, client-server API, "Event context").
public struct ContextQuery: Hashable, Sendable {
  /// How many events before and after it together, `MessagesQuery.mostEvents` at most.
  public var limit: Int
  public var filter: RoomEventFilter

  public init(limit: Int = MessagesQuery.defaultLimit, filter: RoomEventFilter = .everything) {
    self.limit = limit
    self.filter = filter
  }

  /// - Throws: `M_INVALID_PARAM` for a limit that is none, and as `RoomEventFilter(parsing:)`.
  public init(_ request: WireRequest) throws(MatrixError) {
    let filter = try request.roomEventFilter()
    let limit = try request.limit(most: MessagesQuery.mostEvents) ?? MessagesQuery.defaultLimit
    self.init(limit: min(limit, filter.limit ?? limit), filter: filter)
  }
}
