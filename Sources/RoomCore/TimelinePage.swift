public import MatrixWire

/// Which events of a room's timeline are asked for.
public struct TimelinePage: Hashable, Sendable {
  public var room: RoomID
  public var range: TimelineRange
  /// Forward: the oldest events of the range, oldest first. Backward: the newest, newest first.
  public var direction: MessagesQuery.Direction
  /// How many events at most.
  public var limit: Int

  public init(
    _ room: RoomID, _ range: TimelineRange, _ direction: MessagesQuery.Direction, limit: Int
  ) {
    (self.room, self.range, self.direction, self.limit) = (room, range, direction, limit)
  }
}
