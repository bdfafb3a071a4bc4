internal import MatrixWire

/// What users are to rooms.
extension RoomDecider {
  // MARK: By themselves

  mutating func join(
    _ reference: RoomCommand.Reference, _ profile: Profile, _ content: CanonicalJSON.Object
  ) throws(MatrixError) {
    let room = try enter(resolve(reference))
    let member = room.member(sender)
    guard member?.membership != .join else { return keep(member?.event) }
    try appendJoin(room, memberContent(profile, member, content))
  }

  private mutating func appendJoin(_ room: Room, _ content: CanonicalJSON.Object) throws(MatrixError) {
    var content = content
    let membership = room.membership(of: sender)
    if membership == .leave || membership == .knock, let allowed = room.joinRule.allowedRooms {
      content["join_authorised_via_users_server"] = .string(try granter(in: room, allowed).rawValue)
    }
    try append(EventDraft(.join, of: sender, by: sender, content: content))
    // Last: of a room that does not let them in, users do not learn whether there is one.
    try checkRoomCount()
  }

  /// The member in whose name a user who is in one of the allowed rooms is let in.
  private func granter(in room: Room, _ allowed: [RoomID]) throws(MatrixError) -> UserID {
    guard allowed.contains(where: { index.isJoined(sender, in: $0) }) else {
      throw MatrixError(
        .forbidden,
        "\(sender) is not invited to the room, and is in none of the rooms whose members may join.")
    }
    let granter = room.members.first { $0.membership == .join && room.powerLevels.may($0.user, .invite) }
    guard let granter else {
      throw MatrixError(.unableToGrantJoin, "Nobody in the room \(room.id) may let others in.")
    }
    return granter.user
  }

  mutating func knock(
    _ reference: RoomCommand.Reference, _ profile: Profile, _ content: CanonicalJSON.Object
  ) throws(MatrixError) {
    let room = try enter(resolve(reference))
    let member = room.member(sender)
    guard member?.membership != .knock else { return keep(member?.event) }
    try append(EventDraft(.knock, of: sender, by: sender, content: memberContent(profile, member, content)))
  }

  mutating func leave(_ id: RoomID, _ content: CanonicalJSON.Object) throws(MatrixError) {
    guard let room = rules.rooms[id], let member = room.member(sender) else { throw .notInRoom(sender, id) }
    _ = enter(room)
    guard member.membership != .leave else { return keep(member.event) }
    try append(EventDraft(.leave, of: sender, by: sender, content: memberContent(nil, member, content)))
  }

  mutating func forget(_ id: RoomID) throws(MatrixError) {
    guard let room = rules.rooms[id], let member = room.member(sender) else { throw .notInRoom(sender, id) }
    _ = enter(room)
    guard member.membership == .leave || member.membership == .ban else {
      throw MatrixError(.unknown, "\(sender) is in the room \(id). Leave it before you forget it.")
    }
    guard !member.isForgotten else { return }
    add(.forgotten(ForgottenRecord(room: id, user: sender, event: member.event)))
  }

  /// A room that takes no event of the user's keeps the old name and picture; the others have the new ones.
  mutating func setProfile(_ profile: Profile, _ rooms: [RoomID]) {
    for id in rooms {
      guard let room = rules.rooms[id], let member = room.member(sender), member.membership == .join,
        member.profile != profile
      else { continue }
      _ = enter(room)
      let content = memberContent(profile, member, member.otherContent ?? [:])
      try? append(EventDraft(.join, of: sender, by: sender, content: content))
    }
  }

  // MARK: By others

  mutating func invite(_ id: RoomID, _ target: RoomCommand.Target) throws(MatrixError) {
    let room = try enterAsMember(id)
    try appendInvite(of: target, room.member(target.user))
  }

  mutating func appendInvite(
    of target: RoomCommand.Target, _ member: Member?, orRefuse code: ErrorCode = .forbidden
  ) throws(MatrixError) {
    guard target.user.server == rules.server else {
      throw MatrixError(
        .forbidden,
        "Rooms live on one server: \(target.user) cannot be invited here. Put them on your presence list instead."
      )
    }
    try append(
      EventDraft(
        .invite, of: target.user, by: sender, content: memberContent(target.profile, member, target.content)),
      orRefuse: code)
  }

  mutating func kick(_ id: RoomID, _ target: RoomCommand.Target) throws(MatrixError) {
    let room = try enterAsMember(id)
    let member = room.member(target.user)
    switch room.membership(of: target.user) {
    case .join, .invite, .knock: break
    case .ban where room.powerLevels.may(sender, .ban):
      throw MatrixError(.badState, "\(target.user) is banned from the room; unban them instead.")
    // By the rules of rooms.
    case .ban: break
    case .leave: throw MatrixError(.forbidden, "\(target.user) is not in the room.")
    }
    let content = memberContent(target.profile, member, target.content)
    try append(EventDraft(.leave, of: target.user, by: sender, content: content))
  }

  mutating func ban(_ id: RoomID, _ target: RoomCommand.Target) throws(MatrixError) {
    let room = try enterAsMember(id)
    let content = memberContent(target.profile, room.member(target.user), target.content)
    try append(EventDraft(.ban, of: target.user, by: sender, content: content))
  }

  mutating func unban(_ id: RoomID, _ target: RoomCommand.Target) throws(MatrixError) {
    let room = try enterAsMember(id)
    let member = room.member(target.user)
    guard member?.membership == .ban else {
      guard room.powerLevels.may(sender, .ban) else {
        throw MatrixError(.forbidden, "\(sender) may not lift bans from the room.")
      }
      throw MatrixError(.badState, "\(target.user) is not banned from the room.")
    }
    let content = memberContent(target.profile, member, target.content)
    try append(EventDraft(.leave, of: target.user, by: sender, content: content))
  }

  /// `PUT /state/m.room.member/{userId}`: the same as the endpoint of that membership, with content of the client's.
  ///
  /// - Throws: the same. A user who is nothing to a room and may not come in is refused alike whatever they wanted, and as
  ///   if there were none.
  mutating func setMember(
    _ id: RoomID, _ key: String, _ content: CanonicalJSON.Object, _ profile: Profile?
  ) throws(MatrixError) {
    guard let room = rules.rooms[id] else { throw .notInRoom(sender, id) }
    guard room.member(sender) == nil else { return try setMember(room, key, content, profile) }
    let wanted = Self.membership(in: content)
    guard UserID(key) == sender, wanted == .join || wanted == .knock else { throw .notInRoom(sender, id) }
    do throws(MatrixError) {
      try setMember(room, key, content, profile)
    } catch {
      throw error.code == .forbidden ? .notInRoom(sender, id) : error
    }
  }

  private static func membership(in content: CanonicalJSON.Object) -> Membership? {
    content["membership"]?.text.flatMap { Membership(rawValue: $0) }
  }

  private mutating func setMember(
    _ room: Room, _ key: String, _ content: CanonicalJSON.Object, _ profile: Profile?
  ) throws(MatrixError) {
    guard let user = UserID(key) else { throw MatrixError(.invalidParameter, "'\(key)' is not a user ID.") }
    let target = RoomCommand.Target(user, profile: profile, content: content)
    switch Self.membership(in: content) {
    case .invite: try invite(room.id, target)
    case .ban: try ban(room.id, target)
    case .leave where user == sender: try leave(room.id, content)
    case .leave where room.membership(of: user) == .ban: try unban(room.id, target)
    case .leave: try kick(room.id, target)
    case .knock where user == sender: try knock(.id(room.id), profile ?? Profile(), content)
    case .join where user == sender:
      let member = room.member(user)
      let content = memberContent(profile, member, content)
      guard member?.membership == .join else { return try appendJoin(enter(room), content) }
      _ = enter(room)
      try append(EventDraft(.join, of: user, by: sender, content: content))
    case .join, .knock: throw MatrixError(.forbidden, "Users join and knock for themselves.")
    case nil: throw MatrixError(.badJSON, "'membership' is none that there is.")
    }
  }

  // MARK: What they share

  /// The content of a membership, which always has a name and a picture: null where there is none. Clients may say
  /// others for a room; who lets a user in they may not say.
  func memberContent(
    _ profile: Profile?, _ member: Member?, _ content: CanonicalJSON.Object
  ) -> CanonicalJSON.Object {
    let profile = profile ?? member?.profile ?? Profile()
    var content = content
    content["join_authorised_via_users_server"] = nil
    for (key, value) in [
      (ProfileField.displayName, profile.displayName), (ProfileField.avatarURL, profile.avatarURL),
    ] where content[key] == nil {
      content[key] = value.map { .string($0) } ?? .null
    }
    return content
  }

  func checkRoomCount() throws(MatrixError) {
    guard index.joinedCount(of: sender) < limits.joinedRooms else {
      throw MatrixError(.tooLarge, "You are in \(limits.joinedRooms) rooms. Leave one to be in another.")
    }
  }

  /// - Throws: `M_RESOURCE_LIMIT_EXCEEDED` where the room would know one user too many who is not in it.
  func checkMemberCount(_ draft: EventDraft, _ room: Room) throws(MatrixError) {
    guard let membership = draft.membership, membership != .join, room.otherCount >= limits.otherMembers,
      let user = draft.stateKey.flatMap({ UserID($0) }), room.member(user) == nil
    else { return }
    throw MatrixError(
      .resourceLimitExceeded,
      "The room \(room.id) knows \(limits.otherMembers) users who are not in it, which is the most.")
  }

  func resolve(_ reference: RoomCommand.Reference) throws(MatrixError) -> RoomID {
    switch reference {
    case .id(let room): return room
    case .alias(let alias):
      if let room = rules.room(of: alias) { return room }
      guard alias.server == rules.server else {
        throw MatrixError(
          .notFound, "\(alias) is a room of \(alias.server). This server has rooms of its own only.")
      }
      throw MatrixError(.notFound, "There is no room \(alias).")
    }
  }
}
