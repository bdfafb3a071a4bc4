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
    var forgotten: Set<RoomID> = []
  }

  /// In which rooms members see each other.
  public let sharing: PresenceSharing
  private var rooms: [RoomID: Entry] = [:]
  private var users: [UserID: Memberships] = [:]

  public init(_ sharing: PresenceSharing = PresenceSharing()) { self.sharing = sharing }

  /// The index of rooms that are there already; as they are after a start.
  public init(_ sharing: PresenceSharing, rooms: some Sequence<Room>) {
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

  /// The same in no order.
  public func joined(by user: UserID) -> Set<RoomID> { users[user]?.joined ?? [] }

  /// What a user is to the rooms they are not in, those that are forgotten left out.
  public func others(of user: UserID) -> [RoomID: Membership] { users[user]?.others ?? [:] }

  /// The rooms that a user left, or was banned from, and does not want to see any more.
  public func forgotten(by user: UserID) -> Set<RoomID> { users[user]?.forgotten ?? [] }

  /// Whether a user is, or was, anything to any room.
  public func knows(_ user: UserID) -> Bool { users.index(forKey: user) != nil }

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
  public func share(_ viewer: UserID, _ target: UserID) -> Bool {
    guard viewer != target, let second = users[target]?.joined else { return false }
    // A change is told to many viewers: what is looked up of its target, and of a room of theirs, is at hand.
    if second.count <= Self.fewRooms { return second.contains { sharesRoom($0, with: viewer) } }
    guard let first = users[viewer]?.joined else { return false }
    let (few, many) = first.count <= second.count ? (first, second) : (second, first)
    return few.contains { many.contains($0) && shares($0) }
  }

  private static let fewRooms = 4

  private func sharesRoom(_ room: RoomID, with user: UserID) -> Bool {
    guard let entry = rooms[room] else { return false }
    return entry.shares && entry.joined.contains(user)
  }

  /// Everybody who sees a user's presence by a room, and whose presence that user sees.
  public func sharers(of user: UserID) -> Set<UserID> {
    var sharers: Set<UserID> = []
    for room in users[user]?.joined ?? [] {
      guard let entry = rooms[room], entry.shares else { continue }
      // The first is copied as it is, which takes no hashing.
      if sharers.isEmpty { sharers = entry.joined } else { sharers.formUnion(entry.joined) }
    }
    sharers.remove(user)
    return sharers
  }

  /// Whether any other user sees a user's presence by a room.
  public func hasSharers(_ user: UserID) -> Bool {
    (users[user]?.joined ?? []).contains { room in
      rooms[room].map { $0.shares && $0.joined.count > 1 } ?? false
    }
  }

  /// The ID as it is kept already, so that many rooms do not keep it many times.
  func known(_ user: UserID) -> UserID? { users.index(forKey: user).map { users[$0].key } }

  // MARK: Changing

  /// Takes what a user is to a room from now on; nil where they forget it.
  ///
  /// - Returns: whether the members see each other from now on; nil where that did not change.
  mutating func set(_ membership: Membership?, of user: UserID, in room: RoomID) -> Bool? {
    note(membership, of: user, in: room)
    let isJoined = membership == .join
    guard isJoined != self.isJoined(user, in: room) else { return nil }
    return change(room) { entry in
      if isJoined { entry.joined.insert(user) } else { entry.joined.remove(user) }
    }
  }

  private mutating func note(_ membership: Membership?, of user: UserID, in room: RoomID) {
    var rooms = users.removeValue(forKey: user) ?? Memberships()
    if membership == .join { rooms.joined.insert(room) } else { rooms.joined.remove(room) }
    rooms.others[room] = membership == .join ? nil : membership
    if membership == nil { rooms.forgotten.insert(room) } else { rooms.forgotten.remove(room) }
    users[user] = rooms
  }

  /// Works out whether a room shares.
  private func update(_ entry: inout Entry) {
    entry.isTooLarge = sharing.isTooLarge(members: entry.joined.count, wasTooLarge: entry.isTooLarge)
    entry.shares = !entry.joined.isEmpty && !entry.isTooLarge && sharing.holds(entry.sharing)
  }

  /// A room that everybody left counts as one that was never there.
  private mutating func keep(_ entry: Entry, of room: RoomID) { rooms[room] = entry == Entry() ? nil : entry }

  /// Takes what a room says about sharing.
  ///
  /// - Returns: as `set(_:of:in:)`.
  mutating func set(_ sharing: RoomSharing?, of room: RoomID) -> Bool? {
    guard rooms[room]?.sharing != sharing else { return nil }
    return change(room) { $0.sharing = sharing }
  }

  private mutating func change(_ room: RoomID, _ change: (inout Entry) -> Void) -> Bool? {
    // Out of the table, so that its members are not copied.
    var entry = rooms.removeValue(forKey: room) ?? Entry()
    let shared = entry.shares
    change(&entry)
    update(&entry)
    keep(entry, of: room)
    return entry.shares == shared ? nil : entry.shares
  }
}
