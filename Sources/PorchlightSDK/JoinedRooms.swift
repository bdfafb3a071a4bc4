public import MatrixWire

/// The rooms that a user is in, as the event stream tells of them: what they are called, who is in them, who may join, and
/// whether their members see each other's presence.
///
/// A value: `apply` takes the rooms of an answer to `/sync`, of any server and through any filter that lets the events of
/// `SyncFilter.roster` pass. Built from deltas or from a complete answer, it comes out the same. A redaction of a room's
/// state is heard of with the next complete answer.
public struct JoinedRooms: Hashable, Sendable {
  public private(set) var rooms: [RoomID: JoinedRoom] = [:]
  /// What the server says about presence in rooms.
  public private(set) var sharing = PresenceSharingRule.specification
  private let owner: UserID
  /// The rooms of each other member, in the order of their IDs.
  private var shared: [UserID: [RoomID]] = [:]

  /// The rooms of a user who is in none yet.
  public init(of user: UserID) { owner = user }

  /// Everybody who is in a room with the user, in no order.
  public var roomMates: some Collection<UserID> { shared.keys }

  public func isRoomMate(_ user: UserID) -> Bool { shared[user] != nil }

  /// The rooms in which both are, in the order of their IDs.
  public func rooms(with user: UserID) -> [JoinedRoom] { (shared[user] ?? []).compactMap { rooms[$0] } }

  /// Whether the members of a room see each other's presence, as far as the rule of the server tells. A room that was
  /// above the server's limit may have to become smaller than the limit before it shares again.
  public func sharesPresence(_ room: JoinedRoom) -> Bool {
    sharing.holds(room.sharing, members: room.joinedCount)
  }

  /// Whether two users see each other by a room.
  public func sharesPresence(with user: UserID) -> Bool {
    shared[user]?.contains { rooms[$0].map(sharesPresence) ?? false } ?? false
  }

  /// Whether users see the owner's presence in a room whom no member invited: it shares presence, and lets them in.
  public func showsStrangers(_ room: JoinedRoom) -> Bool {
    sharesPresence(room) && room.joinRule?.admitsStrangers ?? false
  }

  /// What a user is called in the first room where they have a name that can be seen.
  public func name(of user: UserID) -> String? {
    (shared[user] ?? []).lazy.compactMap { DisplayName.shown(rooms[$0]?.members[user]?.displayName) }.first
  }

  /// Takes the rooms of an answer.
  ///
  /// - Parameters:
  ///   - update: what it says of rooms.
  ///   - isComplete: whether those are all rooms, whole.
  /// - Returns: everybody of whom something may have changed: in which rooms they are with the user, under what name, or
  ///   whether those share presence.
  @discardableResult
  public mutating func apply(_ update: RoomsUpdate, isComplete: Bool) -> Set<UserID> {
    var touched: Set<UserID> = []
    if isComplete {
      touched = Set(shared.keys)
      (rooms, shared) = ([:], [:])
    }
    // Who is invited anew, or knocks, has left.
    for id in update.left.keys { touched.formUnion(leave(id)) }
    for id in update.invited.keys { touched.formUnion(leave(id)) }
    for id in update.knocked.keys { touched.formUnion(leave(id)) }
    for (id, change) in update.joined { touched.formUnion(apply(change, to: id)) }
    return touched
  }

  /// Takes what the server says about presence in rooms.
  ///
  /// - Returns: everybody for whom that may make a difference.
  public mutating func follow(_ rule: PresenceSharingRule) -> Set<UserID> {
    guard rule != sharing else { return [] }
    sharing = rule
    return Set(shared.keys)
  }

  private mutating func apply(_ update: RoomUpdate, to id: RoomID) -> Set<UserID> {
    let before = rooms[id].map(sharesPresence)
    var touched = rooms[id, default: JoinedRoom(id, of: owner)].apply(update)
    guard let room = rooms[id] else { return [] }
    touched.remove(owner)
    for user in touched { place(user, in: id, isIn: room.members[user]?.membership == .join) }
    if before != sharesPresence(room) {
      touched.formUnion(room.members.keys)
      touched.remove(owner)
    }
    return touched
  }

  private mutating func leave(_ id: RoomID) -> Set<UserID> {
    guard let room = rooms.removeValue(forKey: id) else { return [] }
    let others = Set(room.members.keys).subtracting([owner])
    for user in others { place(user, in: id, isIn: false) }
    return others
  }

  private mutating func place(_ user: UserID, in id: RoomID, isIn: Bool) {
    let index = shared[user]?.firstIndex(of: id)
    if isIn, index == nil {
      let next = shared[user]?.firstIndex { id < $0 }
      shared[user, default: []].insert(id, at: next ?? shared[user]?.count ?? 0)
    } else if !isIn, let index {
      shared[user]?.remove(at: index)
      if shared[user]?.isEmpty == true { shared[user] = nil }
    }
  }
}
