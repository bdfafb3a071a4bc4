internal import MatrixWire
internal import Synchronization

/// What a user wants of contacts, by rooms (Protocol 9.2, 9.3).
extension RoomRosterSource {
  func perform(_ change: ContactChange) async throws(SDKError) {
    if !state.withLock(\.isLoaded) { _ = try await readUpdate() }
    switch change {
    case .invite(let user): try await invite(user)
    case .accept(let user): try await accept(user)
    case .deny(let user):
      for room in try invitations(from: user) {
        try await session.leave(room)
        // The room is left, which is what counts.
        try? await session.forget(room)
      }
      tell(state.withLock { $0.chats.declined(user) })
    case .ignore(let user):
      try await editor.ignore(user)
      tell(state.withLock { $0.chats.declined(user) })
    case .remove(let user), .revoke(let user): try await remove(user)
    }
  }

  private func invitations(from user: UserID) throws(SDKError) -> [RoomID] {
    let rooms = state.withLock { $0.chats.invitations(from: user) }
    guard !rooms.isEmpty else {
      throw SDKError(.refused(MatrixError(.notInvited, "")), "does not ask to see you")
    }
    return rooms
  }

  /// Accepts all invitations of a user; one that is not good any more is none.
  private func accept(_ user: UserID) async throws(SDKError) {
    var isJoined = false
    var failure: SDKError?
    for room in try invitations(from: user) {
      do throws(SDKError) {
        try await join(room, with: user)
        isJoined = true
      } catch {
        failure = failure ?? error
      }
    }
    if !isJoined, let failure { throw failure }
  }

  /// Joins a room as a direct one. It is noted first: a join whose note is lost could not be made up for.
  private func join(_ room: RoomID, with user: UserID) async throws(SDKError) {
    try await editor.addDirectRoom(room, with: user)
    do throws(SDKError) {
      try await session.join(room)
    } catch {
      if !error.isTransient { try? await editor.removeDirectRooms(with: user) { $0 == room.rawValue } }
      throw error
    }
    // Who invites can call any room a direct one.
    guard let members = try? await session.members(of: room), members.count > 2 else { return }
    try await editor.removeDirectRooms(with: user) { $0 == room.rawValue }
  }

  /// Who asks already is accepted, and a room that is there is used again.
  private func invite(_ user: UserID) async throws(SDKError) {
    let (isAsked, relation, known) = state.withLock {
      (
        !$0.chats.invitations(from: user).isEmpty, $0.chats.relation(to: user),
        $0.made[user] ?? $0.chats.unnotedRoom(with: user)
      )
    }
    if isAsked { return try await accept(user) }
    guard relation == nil else { return }
    let room: RoomID
    if let known {
      room = known
    } else {
      room = try await session.createRoom(
        CreateRoomRequest(preset: .trustedPrivateChat, invite: [user], isDirect: true))
    }
    state.withLock { $0.made[user] = room }
    try await editor.addDirectRoom(room, with: user)
    state.withLock { $0.made[user] = nil }
  }

  /// Leaves the rooms that are for these two alone. Rooms with others stay, as they are no less for that; what could not be
  /// left stays noted, so that it can be tried again.
  private func remove(_ user: UserID) async throws(SDKError) {
    let (rooms, own) = state.withLock { state in
      let rooms = state.chats.rooms(with: user)
      return (rooms, rooms.filter { state.chats.isPrivate($0, with: user) })
    }
    guard !rooms.isEmpty else {
      throw SDKError(.refused(MatrixError(.notFound, "")), "is in no direct room with you")
    }
    var kept: Set<String> = []
    var failure: SDKError?
    for room in own {
      do throws(SDKError) {
        try await session.leave(room)
      } catch {
        kept.insert(room.rawValue)
        failure = failure ?? error
      }
    }
    try await editor.removeDirectRooms(with: user) { !kept.contains($0) }
    if let failure { throw failure }
  }
}
