internal import MatrixWire
internal import Ports
internal import RoomCore

/// Who types, and who has read how far (Protocol 7.1).
struct ReceiptEndpoints: Sendable {
  let presence: PresenceService
  let reader: RoomReader

  var endpoints: [Endpoint] {
    [
      Endpoint(
        .put, ["rooms", .room, "typing", .user], for: .owner("You can only say of yourself that you type."),
        counts: .messages, answer: setTyping),
      Endpoint(
        .post, ["rooms", .room, "receipt", .text, .event], for: .session, counts: .messages,
        answer: setReceipt),
      Endpoint(
        .post, ["rooms", .room, "read_markers"], for: .session, counts: .messages, answer: setReadMarkers),
    ]
  }

  private func setTyping(_ request: RoutedRequest) async throws -> WireResponse {
    let wanted = try WireJSON.decode(TypingRequest.self, from: request.body)
    try await presence.setTyping(
      wanted.timeout.map { .milliseconds($0) }, in: try request.room, from: try request.device)
    return .json(Empty())
  }

  private func setReceipt(_ request: RoutedRequest) async throws -> WireResponse {
    let (text, event) = (try request.text, try request.event)
    let thread = try WireJSON.decode(ReceiptRequest.self, fromOptional: request.body).threadID
    guard let type = ReceiptType(rawValue: text) else {
      throw APIError(400, .invalidParameter, "'\(text)' is no type of receipt that this server knows.")
    }
    guard thread == nil || type != .fullyRead else {
      throw APIError(400, .invalidParameter, "A read marker is of the whole room, and of no thread.")
    }
    try await set([(type, event)], thread: thread, request)
    return .json(Empty())
  }

  private func setReadMarkers(_ request: RoutedRequest) async throws -> WireResponse {
    let wanted = try WireJSON.decode(ReadMarkersRequest.self, from: request.body)
    let markers: [(ReceiptType, EventID?)] = [
      (.fullyRead, wanted.fullyRead), (.read, wanted.read), (.privateRead, wanted.privateRead),
    ]
    try await set(
      markers.compactMap { type, event in event.map { (type, $0) } }, thread: nil, request)
    return .json(Empty())
  }

  /// Sets receipts and the read marker, which move forward only: what is older than they say already is done.
  private func set(
    _ markers: [(type: ReceiptType, event: EventID)], thread: String?, _ request: RoutedRequest
  ) async throws {
    let (room, device) = (try request.room, try request.device)
    try await presence.requireJoined(device.user, in: room)
    let reach = try await reader.reach(of: device.user, in: room)
    let found = try await presence.history.events(Set(markers.map(\.event)))
    for marker in markers {
      guard let event = found[marker.event]?.event, reach.mayRead(event) else {
        throw APIError.noSuchEvent(marker.event)
      }
    }
    for (type, id) in markers {
      guard let event = found[id]?.event else { continue }
      let action: RoomCommand.Action =
        switch RoomReceipt.Kind(rawValue: type.rawValue) {
        case let kind?:
          .setReceipt(
            room,
            RoomReceipt(
              user: device.user, kind: kind, thread: thread, event: id, eventPosition: event.position,
              timestamp: reader.time.wallTime))
        case nil: .setReadMarker(room, to: event, from: nil)
        }
      try await presence.perform(RoomCommand(action, by: device.user), from: device)
    }
  }
}
