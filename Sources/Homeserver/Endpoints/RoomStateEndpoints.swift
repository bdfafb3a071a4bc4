internal import MatrixWire
internal import RoomCore

/// The state of rooms, and their members (Protocol 7.1).
struct RoomStateEndpoints: Sendable {
  let accounts: AccountRegistry
  let presence: PresenceService
  let reader: RoomReader
  let limiter: RequestLimiter

  var endpoints: [Endpoint] {
    let withKey: PathTemplate = ["rooms", .room, "state", .text, .stateKey]
    return [
      Endpoint(.get, ["rooms", .room, "state"], for: .session, answer: allState),
      Endpoint(.get, ["rooms", .room, "state", .text], for: .session, answer: getState),
      Endpoint(.get, withKey, for: .session, answer: getState),
      Endpoint(.put, ["rooms", .room, "state", .text], for: .session, counts: .messages, answer: setState),
      Endpoint(.put, withKey, for: .session, counts: .messages, answer: setState),
      Endpoint(.get, ["rooms", .room, "members"], for: .session, answer: members),
      Endpoint(.get, ["rooms", .room, "joined_members"], for: .session, answer: joinedMembers),
    ]
  }

  private func allState(_ request: RoutedRequest) async throws -> WireResponse {
    let reach = try await reader.reach(of: try request.device.user, in: try request.room)
    let state = try await reader.state(reach)
    return .stream(RoomBytes.state(viewed(state), as: request.eventForm, now: reader.now))
  }

  /// The content of one state event, or with `format=event` the whole.
  private func getState(_ request: RoutedRequest) async throws -> WireResponse {
    let (room, key) = (try request.room, StateKey(try request.text, request.stateKey))
    let isWhole = try wantsEvent(request.wire)
    let reach = try await reader.reach(of: try request.device.user, in: room)
    if !isWhole, reach.isCurrent, let content = await presence.stateContent(of: key, in: room) {
      return .stream(content)
    }
    guard let event = try await reader.stateEvent(key, reach) else {
      throw APIError(404, .notFound, "The room has no state '\(key.type)' with the key '\(key.key)'.")
    }
    return .stream(
      isWhole ? event.bytes.bytes(as: request.eventForm, now: reader.now) : event.event.content)
  }

  private func wantsEvent(_ request: WireRequest) throws(APIError) -> Bool {
    switch request.query("format") {
    case nil, "content": return false
    case "event": return true
    default: throw APIError(400, .invalidParameter, "'format' is neither 'content' nor 'event'.")
    }
  }

  private func setState(_ request: RoutedRequest) async throws -> WireResponse {
    let (room, key) = (try request.room, StateKey(try request.text, request.stateKey))
    let device = try request.device
    let content = try CanonicalJSON.Object(eventContent: request.body)
    var profile: Profile?
    if key.type == RoomEventType.member {
      profile = UserID(key.key).flatMap { accounts.announcedProfile(of: $0) }
      if content["membership"]?.text == Membership.invite.rawValue {
        try limiter.charge(.invites, .user(device.user))
      }
    }
    let command = RoomCommand(.setState(room, key, content: content, profile: profile), by: device.user)
    return try await .eventID(of: presence.perform(command, from: device))
  }

  // MARK: Members

  private func members(_ request: RoutedRequest) async throws -> WireResponse {
    let query = try MembersQuery(request.wire)
    let at = try query.at.map { token throws(APIError) in try reader.seal.position(of: token, in: "at") }
    let reach = try await reader.reach(of: try request.device.user, in: try request.room)
    if let at, !reach.mayReadState(at: at) {
      throw APIError(403, .forbidden, "The history of this room before you came is not shown to you.")
    }
    let members = try await reader.members(reach, at: at) { query.allows($0) }
    let end = reader.seal.token(at: reach.through)
    return .stream(
      RoomBytes.members(
        viewed(members), pages: request.version == .v1 ? (reader.seal.token(at: 0), end) : nil,
        as: request.eventForm, now: reader.now))
  }

  /// For members only: it is of the present, whatever others may read.
  private func joinedMembers(_ request: RoutedRequest) async throws -> WireResponse {
    let room = try request.room
    try await presence.requireJoined(try request.device.user, in: room)
    let members = await presence.members(of: room) { $0.membership == .join }
    return .stream(RoomBytes.joinedMembers(members.map { ($0.user, $0.profile) }))
  }

  private func viewed(_ events: [TimelineEvent]) -> [ViewedEvent] { events.map { ViewedEvent($0.bytes) } }
}

extension WireResponse {
  /// The answer to a request that sent an event, or had done so before.
  static func eventID(of decision: RoomDecision) throws(APIError) -> WireResponse {
    guard let event = decision.event else { throw APIError(500, .unknown, "The server failed to answer.") }
    return .json(EventIDAnswer(eventID: event))
  }
}
