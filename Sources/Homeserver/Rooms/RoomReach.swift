internal import MatrixWire
internal import RoomCore

/// How much of a room a user may read, at one moment.
struct RoomReach: Sendable {
  let room: RoomID
  /// What the user is to the room.
  let membership: Membership
  /// The last position of the room that concerns the user: now, or where they left it.
  let through: UInt64
  /// Whether the user may read how the room is now; otherwise how it was when they left.
  let isCurrent: Bool
  private let visibility: HistoryVisibility

  /// Nil for a user who may read nothing of the room: neither in it, nor there before, nor is it open to everybody.
  ///
  /// - Parameters:
  ///   - room: the room as it is.
  ///   - user: who reads.
  ///   - visibility: which of its events they may read.
  init?(_ room: Room, for user: UserID, _ visibility: HistoryVisibility) {
    let member = room.member(user)
    (self.room, membership, self.visibility) = (room.id, room.membership(of: user), visibility)
    isCurrent = membership == .join || visibility.isWorldReadable
    if isCurrent {
      through = room.position
    } else if let left = visibility.lastJoined, member?.isForgotten == false {
      through = min(left, room.position)
    } else {
      return nil
    }
  }

  /// Whether the user may read an event of the room.
  func mayRead(_ event: PDU) -> Bool {
    event.room == room && event.position <= through && visibility.mayRead(event.position)
  }

  /// Whether the user may read how the room was right after a position; one that is later than they read counts as that.
  func mayReadState(at position: UInt64) -> Bool { visibility.mayReadState(after: min(position, through)) }

  /// An event that the user may read, without what is told beside it and they may not.
  func shown(_ event: TimelineEvent) -> TimelineEvent { event.shown(under: visibility) }

  /// All state as the user may read it.
  var stateRange: TimelineRange { TimelineRange(through: through) }
}
