internal import MatrixWire
internal import RoomCore

/// What clients show of a room before they know what was said in it.
extension StreamView {
  /// How many are in it and invited; and where it has no name, who else is (Matrix specification, client-server API,
  /// "Calculating the display name for a room").
  func summary(of id: RoomID) -> RoomSummary {
    guard let room = rooms.rules.room(id) else { return RoomSummary() }
    var summary = RoomSummary(joinedCount: room.joinedCount, invitedCount: room.invitedCount)
    let hasName = [RoomEventType.name, RoomEventType.canonicalAlias].contains { type in
      let name = room.state(type)?.fields[type == RoomEventType.name ? "name" : "alias"]?.text
      return !(name ?? "").isEmpty
    }
    if !hasName { summary.heroes = heroes(of: room) }
    return summary
  }

  /// The first users who came, or where nobody else is left, who were there.
  private func heroes(of room: Room) -> [UserID] {
    let present = first(of: room) { $0 == .join || $0 == .invite }
    return present.isEmpty ? first(of: room) { _ in true } : present
  }

  /// In one pass: all members of a large room ask for them.
  private func first(of room: Room, where isWanted: (Membership) -> Bool) -> [UserID] {
    var first: [Member] = []
    for member in room.members where member.user != viewer && isWanted(member.membership) {
      if first.count == RoomSummary.mostHeroes, let last = first.last, last.position < member.position {
        continue
      }
      first.insert(member, at: first.firstIndex { $0.position > member.position } ?? first.endIndex)
      if first.count > RoomSummary.mostHeroes { first.removeLast() }
    }
    return first.map(\.user)
  }

  /// What the viewer has not read of a room; nil where what notifies there has to be read from the store first.
  func unread(in id: RoomID) -> UnreadCounts? {
    guard let log = rooms.unread[id], let room = rooms.rules.room(id), let own = room.member(viewer) else {
      return nil
    }
    let read = rooms.rules.receipts(in: id).readPosition(of: viewer) ?? 0
    return log.counts(of: viewer, in: room, after: max(read, own.joinedAt))
  }

  /// State that says what a room is to a user who is not in it, with the event that invited them, or by which they
  /// knocked (Matrix specification, client-server API, "Stripped state").
  func stripped(_ room: Room, for own: TimelineEvent) -> [[UInt8]] {
    var events = Self.strippedTypes.compactMap { type in
      room.state(type).map { Self.stripped($0.id, room.id, $0.key, $0.sender, $0.content) }
    }
    let sender = own.event.sender
    if sender != viewer, let member = room.member(sender), member.membership == .join {
      let key = StateKey(RoomEventType.member, sender.rawValue)
      events.append(
        Self.stripped(member.event, room.id, key, sender, CanonicalJSON.object(member.content).bytes))
    }
    let key = StateKey(RoomEventType.member, viewer.rawValue)
    events.append(Self.stripped(own.event.id, room.id, key, sender, own.event.content))
    return events
  }

  private static let strippedTypes = [
    RoomEventType.create, RoomEventType.joinRules, RoomEventType.name, RoomEventType.topic, "m.room.avatar",
    RoomEventType.canonicalAlias, "m.room.encryption",
  ]

  private static func stripped(
    _ id: EventID, _ room: RoomID, _ key: StateKey, _ sender: UserID, _ content: [UInt8]
  ) -> [UInt8] {
    ClientEvent(
      eventID: id, roomID: room, type: key.type, stateKey: key.key, sender: sender,
      originServerTimestamp: 0, content: content
    ).stripped
  }
}

extension Member {
  /// The content of their event, as far as it is kept.
  var content: CanonicalJSON.Object {
    var content = otherContent ?? [:]
    content["membership"] = .string(membership.rawValue)
    content[ProfileField.displayName] = displayName.map { .string($0) } ?? .null
    content[ProfileField.avatarURL] = avatarURL.map { .string($0) } ?? .null
    return content
  }
}
