internal import MatrixWire
internal import RoomCore

/// What users are to rooms, by themselves and by others (Protocol 7.1).
struct MembershipEndpoints: Sendable {
  let server: ServerName
  let accounts: AccountRegistry
  let presence: PresenceService

  var endpoints: [Endpoint] {
    [
      Endpoint(.post, ["join", .roomOrAlias], for: .session, counts: .joins) {
        try await join(try $0.reference, $0)
      },
      Endpoint(.post, ["rooms", .room, "join"], for: .session, counts: .joins) {
        try await join(.id(try $0.room), $0)
      },
      Endpoint(.post, ["knock", .roomOrAlias], for: .session, counts: .joins, answer: knock),
      Endpoint(.post, ["rooms", .room, "leave"], for: .session, counts: .messages, answer: leave),
      Endpoint(.post, ["rooms", .room, "forget"], for: .session, answer: forget),
      Endpoint(.post, ["rooms", .room, "invite"], for: .session, counts: .invites) {
        try await change($0) { .invite($0, $1) }
      },
      Endpoint(.post, ["rooms", .room, "kick"], for: .session, counts: .messages) {
        try await change($0) { .kick($0, $1) }
      },
      Endpoint(.post, ["rooms", .room, "ban"], for: .session, counts: .messages) {
        try await change($0) { .ban($0, $1) }
      },
      Endpoint(.post, ["rooms", .room, "unban"], for: .session, counts: .messages) {
        try await change($0) { .unban($0, $1) }
      },
    ]
  }

  // MARK: By oneself

  private func join(_ room: RoomCommand.Reference, _ request: RoutedRequest) async throws -> WireResponse {
    let (profile, content) = (try ownProfile(request), try reason(in: request))
    return try await enter(room, .join(room, profile: profile, content: content), request)
  }

  private func knock(_ request: RoutedRequest) async throws -> WireResponse {
    let (room, profile) = (try request.reference, try ownProfile(request))
    return try await enter(room, .knock(room, profile: profile, content: try reason(in: request)), request)
  }

  private func enter(
    _ reference: RoomCommand.Reference, _ action: RoomCommand.Action, _ request: RoutedRequest
  ) async throws -> WireResponse {
    let device = try request.device
    do {
      let decision = try await presence.perform(RoomCommand(action, by: device.user), from: device)
      guard let room = decision.room else { throw APIError(500, .unknown, "The server failed to answer.") }
      return .json(RoomIDAnswer(roomID: room))
    } catch let error as MatrixError {
      throw await refusal(of: reference, error, to: device.user)
    }
  }

  /// A user who is nothing to a room of this server is refused alike whether there is one or not.
  private func refusal(
    of reference: RoomCommand.Reference, _ error: MatrixError, to user: UserID
  ) async -> MatrixError {
    guard case .id(let room) = reference, room.rawValue.hasSuffix(":\(server)"),
      error.code == .forbidden || error.code == .notFound,
      await presence.members(of: room, where: { $0.user == user }).isEmpty
    else { return error }
    return MatrixError(.forbidden, "You are not invited to a room \(room), and there is none that is open.")
  }

  private func leave(_ request: RoutedRequest) async throws -> WireResponse {
    let (room, device) = (try request.room, try request.device)
    let content = try reason(in: request)
    try await presence.perform(RoomCommand(.leave(room, content: content), by: device.user), from: device)
    return .json(Empty())
  }

  private func forget(_ request: RoutedRequest) async throws -> WireResponse {
    try await presence.perform(RoomCommand(.forget(try request.room), by: try request.device.user))
    return .json(Empty())
  }

  private func ownProfile(_ request: RoutedRequest) throws -> Profile {
    accounts.announcedProfile(of: try request.device.user) ?? Profile()
  }

  private func reason(in request: RoutedRequest) throws -> CanonicalJSON.Object {
    Self.content(try WireJSON.decode(ReasonRequest.self, fromOptional: request.body).reason)
  }

  private static func content(_ reason: String?) -> CanonicalJSON.Object {
    reason.map { ["reason": .string($0)] } ?? [:]
  }

  // MARK: By others

  private func change(
    _ request: RoutedRequest, _ action: (RoomID, RoomCommand.Target) -> RoomCommand.Action
  ) async throws -> WireResponse {
    let (room, device) = (try request.room, try request.device)
    let wanted = try WireJSON.decode(MembershipRequest.self, from: request.body)
    let target = RoomCommand.Target(
      wanted.userID, profile: accounts.announcedProfile(of: wanted.userID),
      content: Self.content(wanted.reason))
    try await presence.perform(RoomCommand(action(room, target), by: device.user), from: device)
    return .json(Empty())
  }
}
