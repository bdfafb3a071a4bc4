public import MatrixWire

/// The authorization rules of room version 11, asked of the current state of a room.
///
/// The numbers are those of the specification. Rule 2 is about the events that one names: this server names what
/// `authorizingEvents` selects.
public struct RoomAuthorization {
  let room: Room

  public init(_ room: Room) { self.room = room }

  /// Rule 1: the first event of a room.
  ///
  /// - Throws: why it may not be.
  public static func checkCreation(
    of room: RoomID, by sender: UserID, content: CanonicalJSON.Object
  ) throws(AuthorizationRefusal) {
    let server = room.rawValue.split(separator: ":", maxSplits: 1).dropFirst().first
    guard let server, ServerName(server) == sender.server else {
      throw AuthorizationRefusal("1.2", "A room is made on the server of the user who makes it.")
    }
    if let version = content["room_version"], version.text != Room.version {
      throw AuthorizationRefusal("1.3", "Rooms of this server have version \(Room.version).")
    }
  }

  /// Rules 1.1 and 3 to 10: any other event.
  ///
  /// - Throws: why it may not happen.
  public func check(_ draft: EventDraft) throws(AuthorizationRefusal) {
    let sender = draft.sender
    guard draft.type != RoomEventType.create else {
      throw AuthorizationRefusal("1.1", "A room is made once.")
    }
    guard room.isFederated || sender.server == room.creator.server else {
      throw AuthorizationRefusal("3", "This room is for users of \(room.creator.server) only.")
    }
    guard draft.type != RoomEventType.member else { return try checkMember(draft) }
    guard room.membership(of: sender) == .join else {
      throw AuthorizationRefusal("5", "\(sender) is not in this room.")
    }
    let levels = room.powerLevels
    guard draft.type != RoomEventType.thirdPartyInvite else {
      guard levels.may(sender, .invite) else {
        throw AuthorizationRefusal("6.1", "\(sender) may not invite to this room.")
      }
      return
    }
    let required = levels.required(for: draft.type, isState: draft.stateKey != nil)
    guard levels.level(of: sender) >= required else {
      throw AuthorizationRefusal(
        "7", "\(sender) has power \(levels.level(of: sender)); '\(draft.type)' takes \(required).")
    }
    if let key = draft.stateKey, key.utf8.first == UInt8(ascii: "@"), !key.hasBytes(of: sender.rawValue) {
      throw AuthorizationRefusal("8", "State with a user's name as its key is set by that user only.")
    }
    if draft.type == RoomEventType.powerLevels {
      try PowerLevelChange(from: levels, to: draft.content, by: sender).check()
    }
  }

  /// The state events that allow an event (server-server API, "Auth events selection").
  func authorizingEvents(of draft: EventDraft) -> [EventID] {
    var keys = [StateKey(RoomEventType.create), StateKey(RoomEventType.powerLevels)]
    keys.append(StateKey(RoomEventType.member, draft.sender.rawValue))
    if draft.type == RoomEventType.member, let target = draft.stateKey {
      keys.append(StateKey(RoomEventType.member, target))
      if [.join, .invite, .knock].contains(draft.membership) {
        keys.append(StateKey(RoomEventType.joinRules))
      }
      if draft.membership == .join, let granter = draft.content["join_authorised_via_users_server"]?.text {
        keys.append(StateKey(RoomEventType.member, granter))
      }
    }
    var seen: Set<StateKey> = []
    return keys.compactMap { seen.insert($0).inserted ? room.stateEventID($0) : nil }
  }
}
