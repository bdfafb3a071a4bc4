public import MatrixWire

/// Rooms, as far as presence needs them: who is in which.
extension Session {
  /// Makes a room, and returns its ID.
  public func createRoom(_ request: CreateRoomRequest) async throws(SDKError) -> RoomID {
    let answer: RoomIDAnswer = try await call.send(ClientAPI.createRoom(request))
    return answer.roomID
  }

  /// Joins a room.
  public func join(_ room: RoomID) async throws(SDKError) {
    let _: RoomIDAnswer = try await call.send(ClientAPI.join(room))
  }

  /// Leaves a room, or declines an invite to it.
  public func leave(_ room: RoomID) async throws(SDKError) {
    let _: Empty = try await call.send(ClientAPI.leave(room))
  }

  /// Invites a user to a room.
  public func invite(_ user: UserID, to room: RoomID) async throws(SDKError) {
    let _: Empty = try await call.send(ClientAPI.invite(user, to: room))
  }

  /// The room of an alias.
  public func room(of alias: RoomAlias) async throws(SDKError) -> RoomID {
    let answer: RoomAliasAnswer = try await call.send(ClientAPI.room(of: alias))
    return answer.roomID
  }

  /// Who is in a room, with name and picture.
  public func members(of room: RoomID) async throws(SDKError) -> [UserID: Profile] {
    let answer: JoinedMembersAnswer = try await call.send(ClientAPI.joinedMembers(of: room))
    return answer.members
  }

  /// The rooms the user is in and is invited to, with what they are called and how many are in them.
  public func rooms() async throws(SDKError) -> RoomsUpdate {
    let state = RoomEventFilter(
      EventFilter(types: [RoomEventType.name, RoomEventType.canonicalAlias, RoomEventType.presenceSharing]))
    let nothing = RoomEventFilter(EventFilter(types: []))
    let filter = SyncFilter(
      presence: EventFilter(types: []), accountData: EventFilter(types: []),
      room: RoomFilter(accountData: nothing, ephemeral: nothing, state: state, timeline: nothing))
    return try await sync(since: nil, wait: .zero, as: .offline, filter: filter).rooms
  }
}
