public import MatrixWire

/// Which rooms a user is in, who is in a room, and who shares a room with whom.
public struct MembershipIndex: Hashable, Sendable {
  private struct Entry: Hashable {
    var joined: Set<UserID> = []
    var sharing: RoomSharing?
    /// Not stored: after a start, a room between nine tenths of the limit and the limit is not too large.
    var isTooLarge = false
    var shares = false
  }

  /// The rooms of a user.
  private struct Memberships: Hashable {
    var joined: Set<RoomID> = []
    /// The others, without those that are forgotten.
    var others: [RoomID: Membership] = [:]
  }

  /// In which rooms members see each other.
  public let sharing: PresenceSharing
  private var rooms: [RoomID: Entry] = [:]
  private var users: [UserID: Memberships] = [:]

  public init(_ sharing: PresenceSharing = PresenceSharing()) { self.sharing = sharing }

  /// The index of rooms that are there already; nobody has to be told, so no pairs are made.
  init(_ sharing: PresenceSharing, rooms: some Sequence<Room>) {
    self.sharing = sharing
    for room in rooms {
      var entry = Entry()
      entry.sharing = room.sharing
      for member in room.members {
        note(member.isForgotten ? nil : member.membership, of: member.user, in: room.id)
        if member.membership == .join { entry.joined.insert(member.user) }
      }
      update(&entry)
      keep(entry, of: room.id)
    }
  }

  // MARK: Asking

  /// The rooms a user is in, in the order of their IDs.
  public func joinedRooms(of user: UserID) -> [RoomID] { users[user]?.joined.sorted() ?? [] }

  public func joinedCount(of user: UserID) -> Int { users[user]?.joined.count ?? 0 }

  /// The rooms a user is invited to, banned from, has left or knocked at, in the order of their IDs.
  public func rooms(of user: UserID, _ membership: Membership) -> [RoomID] {
    guard membership != .join else { return joinedRooms(of: user) }
    return (users[user]?.others ?? [:]).filter { $0.value == membership }.keys.sorted()
  }

  /// Who is in a room, in no order.
  public func joinedMembers(of room: RoomID) -> Set<UserID> { rooms[room]?.joined ?? [] }

  public func isJoined(_ user: UserID, in room: RoomID) -> Bool {
    rooms[room]?.joined.contains(user) ?? false
  }

  /// Whether the members of a room see each other's presence.
  public func shares(_ room: RoomID) -> Bool { rooms[room]?.shares ?? false }

  /// The rooms both users are in, in the order of their IDs.
  public func commonRooms(of one: UserID, _ other: UserID) -> [RoomID] {
    guard let first = users[one]?.joined, let second = users[other]?.joined else { return [] }
    return first.intersection(second).sorted()
  }

  /// Whether two users see each other's presence by a room. What users see of themselves is no matter of rooms.
  public func share(_ viewer: UserID, _ target: UserID) -> Bool { share(viewer, target, besides: nil) }

  /// Everybody who sees a user's presence by a room, and whose presence that user sees.
  public func sharers(of user: UserID) -> Set<UserID> {
    var sharers: Set<UserID> = []
    for room in users[user]?.joined ?? [] {
      guard let entry = rooms[room], entry.shares else { continue }
      sharers.formUnion(entry.joined)
    }
    sharers.remove(user)
    return sharers
  }

  private func share(_ one: UserID, _ other: UserID, besides room: RoomID?) -> Bool {
    guard one != other, let first = users[one]?.joined, let second = users[other]?.joined else {
      return false
    }
    let (few, many) = first.count <= second.count ? (first, second) : (second, first)
    return few.contains { $0 != room && many.contains($0) && rooms[$0]?.shares ?? false }
  }

  /// The ID as it is kept already, so that many rooms do not keep it many times.
  func known(_ user: UserID) -> UserID? { users.index(forKey: user).map { users[$0].key } }

  // MARK: Changing

  /// Takes what a user is to a room from now on; nil where nothing is left of it.
  mutating func set(_ membership: Membership?, of user: UserID, in room: RoomID) -> SharingChange {
    note(membership, of: user, in: room)
    var entry = rooms[room] ?? Entry()
    let isJoined = entry.joined.contains(user)
    guard isJoined != (membership == .join) else {
      return SharingChange()
    }
    if isJoined { entry.joined.remove(user) } else { entry.joined.insert(user) }
    return replace(room, with: entry, moved: user)
  }

  private mutating func note(_ membership: Membership?, of user: UserID, in room: RoomID) {
    if membership == .join {
      users[user, default: Memberships()].joined.insert(room)
      users[user]?.others[room] = nil
    } else {
      users[user, default: Memberships()].joined.remove(room)
      users[user]?.others[room] = membership
    }
  }

  /// Works out whether a room shares.
  private func update(_ entry: inout Entry) {
    entry.isTooLarge = sharing.isTooLarge(members: entry.joined.count, wasTooLarge: entry.isTooLarge)
    entry.shares = !entry.joined.isEmpty && !entry.isTooLarge && sharing.holds(entry.sharing)
  }

  /// A room that everybody left counts as one that was never there.
  private mutating func keep(_ entry: Entry, of room: RoomID) { rooms[room] = entry == Entry() ? nil : entry }

  /// Takes what a room says about sharing.
  mutating func set(_ sharing: RoomSharing?, of room: RoomID) -> SharingChange {
    var entry = rooms[room] ?? Entry()
    guard entry.sharing != sharing else { return SharingChange() }
    entry.sharing = sharing
    return replace(room, with: entry, moved: nil)
  }

  /// Which pairs begin or end to share, with `moved` having joined or left.
  private mutating func replace(_ room: RoomID, with entry: Entry, moved: UserID?) -> SharingChange {
    var entry = entry
    update(&entry)
    let before = rooms[room] ?? Entry()
    keep(entry, of: room)
    var change = SharingChange()
    switch (before.shares, entry.shares) {
    case (true, true):
      guard let moved else { return change }
      let pairs = pairs(of: moved, with: entry.joined, besides: room)
      if entry.joined.contains(moved) { change.began = pairs } else { change.ended = pairs }
    case (false, true): change.began = pairs(among: entry.joined, besides: room)
    case (true, false): change.ended = pairs(among: before.joined, besides: room)
    case (false, false): break
    }
    return change
  }

  private func pairs(of user: UserID, with others: Set<UserID>, besides room: RoomID) -> Set<UserPair> {
    var pairs: Set<UserPair> = []
    for other in others where other != user && !share(user, other, besides: room) {
      pairs.insert(UserPair(user, other))
    }
    return pairs
  }

  private func pairs(among users: Set<UserID>, besides room: RoomID) -> Set<UserPair> {
    let users = Array(users)
    var pairs: Set<UserPair> = []
    for (index, user) in users.enumerated() {
      for other in users[(index + 1)...] where !share(user, other, besides: room) {
        pairs.insert(UserPair(user, other))
      }
    }
    return pairs
  }
}
