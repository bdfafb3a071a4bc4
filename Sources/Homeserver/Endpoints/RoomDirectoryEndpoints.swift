internal import MatrixWire
internal import RoomCore

/// Aliases, and the list of rooms everybody may find (Protocol 7.1).
struct RoomDirectoryEndpoints: Sendable {
  let server: ServerName
  let presence: PresenceService
  let authenticator: Authenticator
  let reader: RoomReader

  var endpoints: [Endpoint] {
    let (alias, listing): (PathTemplate, PathTemplate) = (
      ["directory", "room", .alias], ["directory", "list", "room", .room]
    )
    return [
      Endpoint(.get, alias, for: .anyone, answer: getAlias),
      Endpoint(.put, alias, for: .session, counts: .messages, answer: setAlias),
      Endpoint(.delete, alias, for: .session, counts: .messages, answer: deleteAlias),
      Endpoint(.get, ["rooms", .room, "aliases"], for: .session, answer: aliases),
      Endpoint(.get, listing, for: .anyone, answer: getVisibility),
      Endpoint(.put, listing, for: .session, answer: setVisibility),
      Endpoint(.get, ["publicRooms"], for: .anyone) { request in
        try await list(try PublicRoomsRequest(query: request.wire), request)
      },
      Endpoint(.post, ["publicRooms"], for: .session) { request in
        try await list(
          try WireJSON.decode(PublicRoomsRequest.self, fromOptional: request.body), request)
      },
    ]
  }

  // MARK: Aliases

  private func getAlias(_ request: RoutedRequest) async throws -> WireResponse {
    let alias = try request.alias
    guard let room = await presence.readRooms({ rules, _ in rules.room(of: alias) }) else {
      guard alias.server == server else {
        throw APIError(
          404, .notFound, "\(alias) is a room of \(alias.server). This server has rooms of its own only.")
      }
      throw APIError(404, .notFound, "There is no room \(alias).")
    }
    return .json(RoomAliasAnswer(roomID: room, servers: [server]))
  }

  private func setAlias(_ request: RoutedRequest) async throws -> WireResponse {
    let (alias, user) = (try request.alias, try request.device.user)
    let room = try WireJSON.decode(RoomAliasRequest.self, from: request.body).roomID
    do {
      try await presence.perform(RoomCommand(.setAlias(alias, room), by: user))
    } catch let error as MatrixError where error.code == .roomInUse {
      // Here the specification says it otherwise than for a new room.
      throw APIError(409, .unknown, error.message)
    }
    return .json(Empty())
  }

  private func deleteAlias(_ request: RoutedRequest) async throws -> WireResponse {
    try await presence.perform(
      RoomCommand(.removeAlias(try request.alias), by: try request.device.user))
    return .json(Empty())
  }

  /// For those who may read the room as it is.
  private func aliases(_ request: RoutedRequest) async throws -> WireResponse {
    let (room, user) = (try request.room, try request.device.user)
    guard try await reader.reach(of: user, in: room).isCurrent else {
      throw MatrixError.notInRoom(user, room)
    }
    return .json(
      RoomAliasesAnswer(aliases: await presence.readRooms { rules, _ in rules.aliases(of: room) }))
  }

  // MARK: The list

  /// Without a session too, as the specification has it: but that there is a room which the list does not have is told to
  /// its members only.
  private func getVisibility(_ request: RoutedRequest) async throws -> WireResponse {
    let room = try request.room
    let user: UserID? =
      request.wire.accessToken == nil ? nil : try authenticator.token(of: request.wire).user
    let isListed: Bool? = await presence.readRooms { rules, membership in
      guard let state = rules.room(room) else { return nil }
      let isMember = user.map { membership.isJoined($0, in: room) } ?? false
      return state.isListed ? true : isMember ? false : nil
    }
    guard let isListed else { throw APIError(404, .notFound, "The list of this server has no room \(room).") }
    return .json(DirectoryVisibility(visibility: isListed ? .public : .private))
  }

  private func setVisibility(_ request: RoutedRequest) async throws -> WireResponse {
    let visibility = try WireJSON.decode(DirectoryVisibility.self, fromOptional: request.body).visibility
    try await presence.perform(
      RoomCommand(
        .setListed(try request.room, visibility == .public), by: try request.device.user))
    return .json(Empty())
  }

  private func list(_ wanted: PublicRoomsRequest, _ request: RoutedRequest) async throws -> WireResponse {
    if let other = request.wire.query("server"), other != server.rawValue {
      throw APIError(
        403, .forbidden, "This server lists its own rooms only, and not those of '\(other)'.")
    }
    return .json(try await presence.publicRooms(wanted))
  }
}
