public import MatrixWire
public import Ports

/// Who is typing where, and until when. Never stored.
public struct RoomTyping: Hashable, Sendable {
  private var rooms: [RoomID: [UserID: Instant]] = [:]

  public init() {}

  /// Who is typing in a room, in the order of their IDs.
  public func users(in room: RoomID) -> [UserID] { (rooms[room]?.keys).map { $0.sorted() } ?? [] }

  /// When `expire` has to run next.
  public private(set) var nextDeadline: Instant?

  /// Sets until when a user types; nil ends it.
  ///
  /// - Returns: whether who types in the room changed.
  @discardableResult
  mutating func set(_ deadline: Instant?, of user: UserID, in room: RoomID) -> Bool {
    let was = rooms[room, default: [:]].updateValue(deadline ?? .origin, forKey: user) != nil
    if deadline == nil { rooms[room]?[user] = nil }
    if rooms[room]?.isEmpty ?? false { rooms[room] = nil }
    nextDeadline = firstDeadline
    return was != (deadline != nil)
  }

  /// Looks at everybody who types: few, for a few seconds.
  private var firstDeadline: Instant? { rooms.values.lazy.compactMap { $0.values.min() }.min() }

  /// Ends what nobody renewed.
  ///
  /// - Returns: the rooms in which that changed who types, in the order of their IDs.
  mutating func expire(now: Instant) -> [RoomID] {
    guard let due = nextDeadline, due <= now else { return [] }
    var changed: [RoomID] = []
    for (room, users) in rooms {
      let left = users.filter { $0.value > now }
      guard left.count < users.count else { continue }
      rooms[room] = left.isEmpty ? nil : left
      changed.append(room)
    }
    nextDeadline = firstDeadline
    return changed.sorted()
  }
}
