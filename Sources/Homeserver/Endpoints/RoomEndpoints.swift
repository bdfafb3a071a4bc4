internal import MatrixWire
internal import RoomCore

/// Rooms as such: making them, and which ones a user is in (Protocol 7.1).
struct RoomEndpoints: Sendable {
  let server: ServerName
  let accounts: AccountRegistry
  let presence: PresenceService
  let limiter: RequestLimiter

  var endpoints: [Endpoint] {
    [
      Endpoint(.post, ["createRoom"], for: .session, counts: .roomCreations, answer: create),
      Endpoint(.get, ["joined_rooms"], for: .session, answer: joinedRooms),
      Endpoint(
        .get, ["_matrix", "client", "v1", "mutual_rooms"], in: .root, for: .session, answer: mutualRooms),
      Endpoint(
        .get, ["_matrix", "client", "unstable", "uk.half-shot.msc2666", "user", "mutual_rooms"], in: .root,
        for: .session, answer: mutualRooms),
    ]
  }

  private func create(_ request: RoutedRequest) async throws -> WireResponse {
    let device = try request.device
    let wanted = try CreateRoomRequest(body: request.body)
    try limiter.charge(.invites, .user(device.user), cost: wanted.invite.count)
    guard let room = accounts.draw({ RoomID(on: server, using: &$0) }) else {
      throw APIError(500, .unknown, "The name of this server is too long for names of rooms.")
    }
    var creation = RoomCreation(room, profile: accounts.announcedProfile(of: device.user) ?? Profile())
    creation.preset = wanted.preset.flatMap { RoomCreation.Preset(rawValue: $0.rawValue) }
    creation.isListed = wanted.visibility == .public
    creation.version = wanted.roomVersion
    creation.aliasLocalpart = wanted.aliasName
    (creation.name, creation.topic) = (wanted.name, wanted.topic)
    creation.invites = wanted.invite.map { user in
      RoomCommand.Target(user, profile: accounts.announcedProfile(of: user))
    }
    creation.isDirect = wanted.isDirect
    creation.initialState = wanted.initialState.map { state in
      RoomCreation.InitialState(StateKey(state.type, state.stateKey), state.content)
    }
    creation.creationContent = wanted.creationContent ?? [:]
    creation.powerLevels = wanted.powerLevels ?? [:]
    try await presence.perform(RoomCommand(.create(creation), by: device.user), from: device)
    return .json(RoomIDAnswer(roomID: room))
  }

  private func joinedRooms(_ request: RoutedRequest) async throws -> WireResponse {
    let user = try request.device.user
    return .json(JoinedRoomsAnswer(rooms: await presence.readRooms { $1.joinedRooms(of: user) }))
  }

  /// The rooms two users are both in (Matrix v1.19; MSC2666): by those they may see each other. All in one answer: nobody
  /// is in so many rooms that it would take two.
  private func mutualRooms(_ request: RoutedRequest) async throws -> WireResponse {
    let viewer = try request.device.user
    guard let text = request.wire.query("user_id") else {
      throw APIError(400, .missingParameter, "Missing query parameter 'user_id'.")
    }
    guard let other = UserID(text), other != viewer else {
      throw APIError(400, .invalidParameter, "'user_id' is not the ID of another user.")
    }
    guard request.wire.query("from") == nil else {
      throw APIError(400, .invalidParameter, "'from' is no position that this server gave.")
    }
    return .json(MutualRoomsAnswer(rooms: await presence.readRooms { $1.commonRooms(of: viewer, other) }))
  }
}
