internal import MatrixWire
internal import Ports

/// Contacts as direct rooms make them (Protocol 9.1): whom the user has such a room with, who is invited to one, and who
/// invites the user to one.
///
/// A value: `apply` takes an answer to `/sync` and says what of that is news, as events like those of presence lists.
struct DirectChats: Hashable, Sendable {
  /// A room that the user is invited to as a direct one.
  struct Invitation: Hashable, Sendable {
    let room: RoomID
    let sender: UserID
    let receivedAt: WallTime
    let displayName: String?
  }

  private let owner: UserID
  /// `m.direct`, as last told.
  private var direct: [UserID: [RoomID]] = [:]
  private(set) var ignored: Set<UserID> = []
  /// Who is in the rooms of the user, or invited to them.
  private var members: [RoomID: [UserID: Membership]] = [:]
  private var invitations: [RoomID: Invitation] = [:]
  /// Whom the user invited to a room as a direct one.
  private var asked: [RoomID: UserID] = [:]
  /// What was told last.
  private var relations: [UserID: ListState] = [:]
  private var askers: [UserID: Invitation] = [:]

  init(of owner: UserID) { self.owner = owner }

  /// The rooms that the user is in and shares with a contact as direct ones.
  func rooms(with user: UserID) -> [RoomID] { (direct[user] ?? []).filter { members[$0] != nil } }

  /// How a contact stands; nil for a user who is none.
  func relation(to user: UserID) -> ListState? { relations[user] }

  /// The direct rooms that a user invites to, in the order of their IDs.
  func invitations(from user: UserID) -> [RoomID] {
    invitations.values.filter { $0.sender == user }.map(\.room).sorted()
  }

  /// Everybody who is a contact.
  var contacts: some Collection<UserID> { relations.keys }

  /// Everybody who is in a room with the user.
  var roomMates: Set<UserID> {
    members.values.reduce(into: []) { mates, room in
      for (user, membership) in room where membership == .join && user != owner { mates.insert(user) }
    }
  }

  /// Whether nobody but these two is in a room that the user is in, or invited to it.
  func isPrivate(_ room: RoomID, with user: UserID) -> Bool {
    members[room].map { Set($0.keys).isSubset(of: [owner, user]) } ?? false
  }

  /// A room with a user alone to which the owner invited them as to a direct one, and which is not noted as one: what was
  /// noted, or the answer to its creation, was lost.
  func unnotedRoom(with user: UserID) -> RoomID? {
    let noted = Set(direct.values.joined())
    return asked.filter { $0.value == user && !noted.contains($0.key) && isPrivate($0.key, with: user) }.keys
      .filter { members[$0]?[user] != nil }.min()
  }

  /// The rooms of the user with others, and not too many of them: direct ones first, then the smallest.
  func rooms(most count: Int) -> [RoomID] {
    let direct = Set(direct.values.joined())
    let ranks = members.compactMap { room, people -> (isOther: Bool, size: Int, room: RoomID)? in
      guard (2...max(2, count)).contains(people.count) else { return nil }
      return (!direct.contains(room), people.count, room)
    }
    return ranks.sorted { left, right in
      if left.isOther != right.isOther { return right.isOther }
      return left.size != right.size ? left.size < right.size : left.room < right.room
    }.map(\.room)
  }

  /// Takes an answer.
  ///
  /// - Parameters:
  ///   - answer: what it says.
  ///   - isComplete: whether that replaces all that was known; then everything is told.
  ///   - now: when it came.
  /// - Returns: what is news of contacts and of who asks.
  mutating func apply(_ answer: SyncAnswer, isComplete: Bool, at now: WallTime) -> [StreamEvent] {
    let known = invitations
    if isComplete {
      (members, invitations, relations, askers, direct, ignored) = ([:], [:], [:], [:], [:], [])
      asked = [:]
    }
    for event in answer.accountData {
      switch event {
      case .direct(let rooms): direct = rooms
      case .ignored(let users): ignored = users
      case .unrecognized: break
      }
    }
    apply(answer.rooms, at: now, known: known)
    return contactNews() + inviteNews()
  }

  /// The server took it that the user declines what a user asks.
  ///
  /// - Returns: what is news.
  mutating func declined(_ user: UserID) -> [StreamEvent] {
    invitations = invitations.filter { $0.value.sender != user }
    return askers.removeValue(forKey: user).map { [event($0, .denied)] } ?? []
  }

  private mutating func apply(_ rooms: RoomsUpdate, at now: WallTime, known: [RoomID: Invitation]) {
    for room in Array(rooms.left.keys) + Array(rooms.knocked.keys) {
      (members[room], invitations[room], asked[room]) = (nil, nil, nil)
    }
    for (room, state) in rooms.invited {
      members[room] = nil
      invitations[room] = invitation(room, state, at: known[room]?.receivedAt ?? now)
    }
    for (room, update) in rooms.joined {
      invitations[room] = nil
      var people = members[room] ?? [:]
      for event in update.stateChanges {
        guard case .member(let user, let content) = event.content else { continue }
        people[user] = content.membership == .join || content.membership == .invite ? content.membership : nil
        if content.membership == .invite, content.isDirect, event.sender == owner { asked[room] = user }
      }
      members[room] = people
    }
  }

  /// What a server shows of a room before the user is in it, others may have written. The first event about the user says
  /// who invites; where a later one says otherwise nothing of it can be believed.
  private func invitation(_ room: RoomID, _ state: [RoomEvent], at now: WallTime) -> Invitation? {
    var own: [(sender: UserID, content: MemberContent)] = []
    var names: [UserID: String] = [:]
    for event in state {
      guard case .member(let user, let content) = event.content else { continue }
      if let name = content.displayName { names[user] = name }
      if user == owner { own.append((event.sender, content)) }
    }
    guard let first = own.first, first.content.membership == .invite, first.content.isDirect,
      own.allSatisfy({ $0.sender == first.sender && $0.content.membership == .invite })
    else { return nil }
    return Invitation(room: room, sender: first.sender, receivedAt: now, displayName: names[first.sender])
  }

  // MARK: News

  private func currentRelation(to user: UserID) -> ListState? {
    let memberships = (direct[user] ?? []).compactMap { members[$0]?[user] }
    if memberships.contains(.join) { return .accepted }
    return memberships.contains(.invite) ? .pending : nil
  }

  private mutating func contactNews() -> [StreamEvent] {
    var now: [UserID: ListState] = [:]
    for user in direct.keys where user != owner { now[user] = currentRelation(to: user) }
    let old = relations
    relations = now
    let gone: [StreamEvent] = old.keys.filter { now[$0] == nil }.sorted().map { user in
      let end = end(of: user, old[user])
      return .list(ListEvent(userID: user, state: end, sender: end == .dropped ? owner : user))
    }
    let news: [StreamEvent] = now.keys.sorted().compactMap { user in
      guard let state = now[user], state != old[user] else { return nil }
      return .list(ListEvent(userID: user, state: state, sender: state == .pending ? owner : user))
    }
    return gone + news
  }

  /// Why a contact is none any more: the other left while the user stayed, or the user left or wants it so.
  private func end(of user: UserID, _ relation: ListState?) -> ListState {
    guard !rooms(with: user).isEmpty else { return .dropped }
    return relation == .pending ? .denied : .revoked
  }

  private mutating func inviteNews() -> [StreamEvent] {
    var now: [UserID: Invitation] = [:]
    for invitation in invitations.values where !ignored.contains(invitation.sender) {
      let other = now[invitation.sender]
      if other.map({ $0.room > invitation.room }) ?? true { now[invitation.sender] = invitation }
    }
    let old = askers
    askers = now
    let gone: [StreamEvent] = old.keys.filter { now[$0] == nil }.sorted().compactMap { user in
      old[user].map { event($0, settlement(of: $0)) }
    }
    let news: [StreamEvent] = now.keys.sorted().compactMap { user in
      old[user] == nil ? now[user].map { event($0, .pending) } : nil
    }
    return gone + news
  }

  private func settlement(of invitation: Invitation) -> InviteState {
    if members[invitation.room] != nil { return .accepted }
    return ignored.contains(invitation.sender) ? .denied : .withdrawn
  }

  private func event(_ invitation: Invitation, _ state: InviteState) -> StreamEvent {
    .invite(
      InviteEvent(
        observer: invitation.sender, observed: owner, receivedAt: invitation.receivedAt.milliseconds,
        state: state, displayName: invitation.displayName))
  }
}
