internal import MatrixWire
internal import RoomCore

/// What is said in rooms: sending, redacting and reading it (Protocol 7.1).
struct RoomEventEndpoints: Sendable {
  let presence: PresenceService
  let reader: RoomReader

  var endpoints: [Endpoint] {
    [
      Endpoint(
        .put, ["rooms", .room, "send", .text, .transaction], for: .session, counts: .messages, answer: send),
      // As clients of 2014 sent and redacted: what they repeat is done again.
      Endpoint(.post, ["rooms", .room, "send", .text], for: .session, counts: .messages, answer: send),
      Endpoint(
        .put, ["rooms", .room, "redact", .event, .transaction], for: .session, counts: .messages,
        answer: redact),
      Endpoint(.post, ["rooms", .room, "redact", .event], for: .session, counts: .messages, answer: redact),
      Endpoint(.get, ["rooms", .room, "event", .event], for: .session, answer: getEvent),
      Endpoint(.get, ["rooms", .room, "messages"], for: .session, answer: messages),
      Endpoint(.get, ["rooms", .room, "context", .event], for: .session, answer: context),
      Endpoint(.get, ["rooms", .room, "initialSync"], for: .session, answer: initialSync),
    ]
  }

  private func send(_ request: RoutedRequest) async throws -> WireResponse {
    let device = try request.device
    let content = try CanonicalJSON.Object(eventContent: request.body)
    let command = RoomCommand(
      .send(try request.room, type: try request.text, content: content), by: device.user,
      transaction: try request.transaction)
    return try await .eventID(of: presence.perform(command, from: device))
  }

  private func redact(_ request: RoutedRequest) async throws -> WireResponse {
    let (room, id, device) = (try request.room, try request.event, try request.device)
    let reason = try WireJSON.decode(ReasonRequest.self, fromOptional: request.body).reason
    try await presence.requireJoined(device.user, in: room)
    guard let event = try await reader.event(id, reader.reach(of: device.user, in: room)) else {
      throw APIError.noSuchEvent(id)
    }
    let command = RoomCommand(
      .redact(event.event, reason: reason), by: device.user, transaction: try request.transaction)
    return try await .eventID(of: presence.perform(command, from: device))
  }

  // MARK: Reading

  /// Says nothing of the room either: a user who may not read the event is told that there is none (Matrix
  /// specification, client-server API, "Getting events for a room").
  private func getEvent(_ request: RoutedRequest) async throws -> WireResponse {
    let (room, id, device) = (try request.room, try request.event, try request.device)
    let reach: RoomReach
    do {
      reach = try await reader.reach(of: device.user, in: room)
    } catch let error as MatrixError where error.code == .forbidden {
      throw APIError.noSuchEvent(id)
    }
    guard let stored = try await reader.event(id, reach) else { throw APIError.noSuchEvent(id) }
    let viewed = await presence.viewed(TimelineEvent(stored), by: device, reach)
    return .stream(viewed.bytes(as: request.eventForm, now: reader.now))
  }

  private func messages(_ request: RoutedRequest) async throws -> WireResponse {
    let query = try MessagesQuery(request.wire)
    return .stream(
      try await reader.messages(query, in: try request.room, for: try request.device, request.version))
  }

  private func context(_ request: RoutedRequest) async throws -> WireResponse {
    let query = try ContextQuery(request.wire)
    return .stream(
      try await reader.context(
        of: try request.event, query, in: try request.room, for: try request.device, request.version))
  }

  private func initialSync(_ request: RoutedRequest) async throws -> WireResponse {
    let limit = try ContextQuery(request.wire).limit
    return .stream(
      try await reader.snapshot(
        of: try request.room, for: try request.device, limit: limit, request.version.vocabulary))
  }
}
