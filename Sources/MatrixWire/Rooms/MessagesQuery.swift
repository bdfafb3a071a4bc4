/// The query of `GET /rooms/{roomId}/messages` (Matrix specification, client-server API, "Syncing").
public struct MessagesQuery: Hashable, Sendable {
  /// Which way from `from`.
  public enum Direction: String, Hashable, Sendable {
    case backward = "b"
    case forward = "f"
  }

  /// Where to begin; absent is the newest event for backward, the oldest for forward.
  public var from: SyncToken?
  /// Where to stop; absent is at the other end of the timeline.
  public var to: SyncToken?
  public var direction: Direction
  /// How many events, `mostEvents` at most.
  public var limit: Int
  public var filter: RoomEventFilter

  public init(
    from: SyncToken? = nil, to: SyncToken? = nil, direction: Direction,
    limit: Int = MessagesQuery.defaultLimit, filter: RoomEventFilter = .everything
  ) {
    self.from = from
    self.to = to
    self.direction = direction
    self.limit = limit
    self.filter = filter
  }

  /// Of the specification.
  public static let defaultLimit = 10
  public static let mostEvents = 1_000

  /// The filter's own limit narrows that of the query.
  ///
  /// - Throws: `M_MISSING_PARAM` without a direction, `M_INVALID_PARAM` naming what is malformed, and as
  ///   `RoomEventFilter(parsing:)`.
  public init(_ request: WireRequest) throws(MatrixError) {
    guard let word = request.query("dir") else {
      throw MatrixError(.missingParameter, "Missing query parameter 'dir'.")
    }
    guard let direction = Direction(rawValue: word) else {
      throw MatrixError(.invalidParameter, "'dir' is neither 'b' nor 'f'.")
    }
    let filter = try request.roomEventFilter()
    let limit = try request.limit(most: Self.mostEvents) ?? Self.defaultLimit
    self.init(
      from: try request.token("from"), to: try request.token("to"), direction: direction,
      limit: min(limit, filter.limit ?? limit), filter: filter)
  }
}
