public import MatrixWire
public import Ports

/// Typing is told and never stored, so it is not decided first.
extension RoomRules {
  /// Sets that a user types for a while, or with nil that they no longer do.
  ///
  /// - Throws: `M_FORBIDDEN` for a user who is not in the room.
  public mutating func setTyping(
    _ span: Duration?, of user: UserID, in room: RoomID, _ index: MembershipIndex, now: Moment
  ) throws(MatrixError) -> [RoomEffect] {
    guard index.isJoined(user, in: room) else { throw .notInRoom(user, room) }
    let deadline = span.map { now.instant + min(max($0, .zero), limits.longestTyping) }
    return typing.set(deadline, of: user, in: room) ? [.typing(room)] : []
  }

  /// When `expire` has to run next; early is harmless.
  public var nextDeadline: Instant? { typing.nextDeadline }

  /// Does everything whose time has come.
  public mutating func expire(now: Moment) -> [RoomEffect] {
    typing.expire(now: now.instant).map { .typing($0) }
  }
}

extension MatrixError {
  /// For everybody who is not in a room, whether there is one or not.
  public static func notInRoom(_ user: UserID, _ room: RoomID) -> MatrixError {
    MatrixError(.forbidden, "\(user) is not in the room \(room).")
  }
}
