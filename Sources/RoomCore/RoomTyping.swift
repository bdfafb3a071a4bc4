public import MatrixWire
public import Ports

/// Who is typing where, and until when. Never stored.
public struct RoomTyping: Hashable, Sendable {
  private var rooms: [RoomID: [UserID: Instant]] = [:]

  public init() {}

  /// Who is typing in a room, in the order of their IDs.
  public func users(in room: RoomID) -> [UserID] { (rooms[room]?.keys).map { $0.sorted() } ?? [] }

  /// When `expire` has to run next. Looks at everybody who types: few, for a few seconds.
  public var nextDeadline: Instant? { rooms.values.lazy.compactMap { $0.values.min() }.min() }

  /// Sets until when a user types; nil ends it.
  ///
  /// - Returns: whether who types in the room changed.
  @discardableResult
  mutating func set(_ deadline: Instant?, of user: UserID, in room: RoomID) -> Bool {
    let was = rooms[room, default: [:]].updateValue(deadline ?? .origin, forKey: user) != nil
    if deadline == nil { rooms[room]?[user] = nil }
    if rooms[room]?.isEmpty ?? false { rooms[room] = nil }
    return was != (deadline != nil)
  }

  /// Ends what nobody renewed.
  ///
  /// - Returns: the rooms in which that changed who types, in the order of their IDs.
  mutating func expire(now: Instant) -> [RoomID] {
    var changed: [RoomID] = []
    for (room, users) in rooms {
      let left = users.filter { $0.value > now }
      guard left.count < users.count else { continue }
      rooms[room] = left.isEmpty ? nil : left
      changed.append(room)
    }
    return changed.sorted()
  }
}
