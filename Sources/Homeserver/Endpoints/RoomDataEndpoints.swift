internal import MatrixWire
internal import RoomCore

/// What clients keep for a user about a room (Protocol 7.1).
struct RoomDataEndpoints: Sendable {
  let presence: PresenceService

  var endpoints: [Endpoint] {
    let owner = Endpoint.Access.owner("You can only read and change what you keep about rooms yourself.")
    let (tag, data): (PathTemplate, PathTemplate) = (
      ["user", .user, "rooms", .room, "tags", .text], ["user", .user, "rooms", .room, "account_data", .text]
    )
    return [
      Endpoint(.get, ["user", .user, "rooms", .room, "tags"], for: owner, answer: getTags),
      Endpoint(.put, tag, for: owner, answer: setTag),
      Endpoint(.delete, tag, for: owner, answer: deleteTag),
      Endpoint(.get, data, for: owner, answer: getData),
      Endpoint(.put, data, for: owner, answer: setData),
    ]
  }

  private func getTags(_ request: RoutedRequest) async throws -> WireResponse {
    .stream(RoomTags(content: try await content(RoomTags.type, request) ?? []).content)
  }

  private func setTag(_ request: RoutedRequest) async throws -> WireResponse {
    let body = request.body.isEmpty ? Array("{}".utf8) : request.body
    return try await perform(.setTag(try request.room, try request.text, body: body), request)
  }

  private func deleteTag(_ request: RoutedRequest) async throws -> WireResponse {
    try await perform(.setTag(try request.room, try request.text, body: nil), request)
  }

  private func getData(_ request: RoutedRequest) async throws -> WireResponse {
    guard let content = try await content(try request.text, request) else {
      throw APIError(404, .notFound, "You keep nothing of that type about the room.")
    }
    return .stream(content)
  }

  private func setData(_ request: RoutedRequest) async throws -> WireResponse {
    let type = try request.text
    guard ![RoomEventType.fullyRead, "m.push_rules"].contains(type) else {
      throw APIError(405, .badJSON, "Account data of the type \(type) is not set this way.")
    }
    let content = try JSONObject(request.body).bytes
    return try await perform(.setAccountData(try request.room, type: type, content: content), request)
  }

  private func content(_ type: String, _ request: RoutedRequest) async throws -> [UInt8]? {
    let (user, room) = (try request.user, try request.room)
    return await presence.readRooms { rules, _ in rules.accountData.content(type, of: user, in: room) }
  }

  private func perform(_ action: RoomCommand.Action, _ request: RoutedRequest) async throws -> WireResponse {
    try await presence.perform(RoomCommand(action, by: try request.user))
    return .json(Empty())
  }
}
