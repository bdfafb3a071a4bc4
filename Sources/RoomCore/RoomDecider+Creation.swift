internal import MatrixWire

/// `POST /createRoom`.
extension RoomDecider {
  mutating func create(_ creation: RoomCreation) throws(MatrixError) {
    try check(creation)
    found(creation.room)
    let alias = try alias(of: creation)
    try checkAliases(of: creation, alias)
    var content = creation.creationContent
    content["room_version"] = .string(Room.version)
    content["creator"] = nil
    do throws(AuthorizationRefusal) {
      try RoomAuthorization.checkCreation(of: creation.room, by: sender, content: content)
    } catch {
      throw MatrixError(.invalidParameter, error.reason)
    }
    try appendFirst(
      EventDraft(type: RoomEventType.create, stateKey: "", sender: sender, content: content),
      of: creation.room)
    let profile = memberContent(creation.profile, nil, [:])
    try append(EventDraft(.join, of: sender, by: sender, content: profile))
    for (key, content) in state(of: creation, alias) {
      let draft = EventDraft(type: key.type, stateKey: key.key, sender: sender, content: content)
      try append(draft, orRefuse: .invalidRoomState)
    }
    for target in creation.invites where target.user != sender {
      var content = target.content
      if creation.isDirect { content["is_direct"] = true }
      let target = RoomCommand.Target(target.user, profile: target.profile, content: content)
      try appendInvite(of: target, nil, orRefuse: .invalidRoomState)
    }
    keep(nil)
    if let alias { add(.alias(AliasRecord(alias: alias, room: creation.room, creator: sender))) }
    add(.room(RoomRecord(room: creation.room, isListed: creation.isListed)))
  }

  private func check(_ creation: RoomCreation) throws(MatrixError) {
    guard rules.rooms[creation.room] == nil else {
      throw MatrixError(.roomInUse, "There is a room \(creation.room) already.")
    }
    guard (creation.version ?? Room.version) == Room.version else {
      throw MatrixError(
        .unsupportedRoomVersion,
        "This server makes rooms of version \(Room.version), not '\(creation.version ?? "")'.")
    }
    try checkRoomCount()
    guard creation.initialState.count <= limits.initialState, creation.invites.count <= limits.initialInvites
    else {
      throw MatrixError(
        .tooLarge,
        "A room begins with \(limits.initialState) state events and \(limits.initialInvites) invites at most."
      )
    }
    for state in creation.initialState {
      guard ![RoomEventType.create, RoomEventType.member].contains(state.key.type) else {
        throw MatrixError(.invalidRoomState, "'\(state.key.type)' cannot stand in initial_state.")
      }
      try checkIsNoRedaction(state.key.type, orRefuse: .invalidRoomState)
    }
  }

  private func alias(of creation: RoomCreation) throws(MatrixError) -> RoomAlias? {
    guard let localpart = creation.aliasLocalpart else { return nil }
    guard let alias = RoomAlias(localpart: localpart, server: rules.server) else {
      throw MatrixError(.invalidParameter, "'\(localpart)' cannot be the local part of an alias.")
    }
    guard rules.room(of: alias) == nil else {
      throw MatrixError(.roomInUse, "The alias \(alias) is taken.")
    }
    return alias
  }

  /// The new room has one alias at most, the one that is made with it.
  private func checkAliases(of creation: RoomCreation, _ alias: RoomAlias?) throws(MatrixError) {
    var known: CanonicalJSON.Object = [:]
    known["alias"] = alias.map { .string($0.rawValue) }
    for state in creation.initialState where state.key == StateKey(RoomEventType.canonicalAlias) {
      try checkAliases(in: state.content, known, creation.room)
    }
  }

  /// All state after the creator's membership, in order: by preset where the client says nothing else.
  private func state(
    of creation: RoomCreation, _ alias: RoomAlias?
  ) -> [(key: StateKey, content: CanonicalJSON.Object)] {
    let preset = creation.preset ?? (creation.isListed ? .publicChat : .privateChat)
    let isPublic = preset == .publicChat
    var initial = creation.initialState
    var state: [(key: StateKey, content: CanonicalJSON.Object)] = []
    func add(_ type: String, _ content: CanonicalJSON.Object) { state.append((StateKey(type), content)) }
    func addUnlessInitial(_ type: String, _ content: CanonicalJSON.Object) {
      if !initial.contains(where: { $0.key == StateKey(type) }) { add(type, content) }
    }

    if let levels = initial.firstIndex(where: { $0.key == StateKey(RoomEventType.powerLevels) }) {
      add(RoomEventType.powerLevels, initial.remove(at: levels).content)
    } else {
      add(RoomEventType.powerLevels, powerLevels(of: creation, preset))
    }
    if let alias { add(RoomEventType.canonicalAlias, ["alias": .string(alias.rawValue)]) }
    addUnlessInitial(RoomEventType.joinRules, ["join_rule": isPublic ? "public" : "invite"])
    addUnlessInitial(RoomEventType.historyVisibility, ["history_visibility": "shared"])
    addUnlessInitial(RoomEventType.guestAccess, ["guest_access": isPublic ? "forbidden" : "can_join"])
    if index.sharing.rule == .suggest {
      let sharing = isPublic ? RoomSharing.forbid : .suggest
      addUnlessInitial(RoomEventType.presenceSharing, sharing.content)
    }
    state += initial.map { ($0.key, $0.content) }
    if let name = creation.name { add(RoomEventType.name, ["name": .string(name)]) }
    if let topic = creation.topic { add(RoomEventType.topic, ["topic": .string(topic)]) }
    return state
  }

  private func powerLevels(
    of creation: RoomCreation, _ preset: RoomCreation.Preset
  ) -> CanonicalJSON.Object {
    var users: CanonicalJSON.Object = [sender.rawValue: 100]
    if preset == .trustedPrivateChat {
      for target in creation.invites { users[target.user.rawValue] = 100 }
    }
    var content: CanonicalJSON.Object = [
      "ban": 50, "events_default": 0, "invite": preset == .publicChat ? 50 : 0, "kick": 50, "redact": 50,
      "state_default": 50, "users": .object(users), "users_default": 0,
      "events": [
        "m.room.avatar": 50, "m.room.canonical_alias": 50, "m.room.encryption": 100,
        "m.room.history_visibility": 100, "m.room.name": 50, "m.room.power_levels": 100,
        "m.room.server_acl": 100,
        "m.room.tombstone": 100,
      ],
    ]
    for member in creation.powerLevels.members { content[member.key] = member.value }
    return content
  }
}
