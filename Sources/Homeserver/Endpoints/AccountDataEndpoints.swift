internal import MatrixWire

/// What clients keep with an account: private data and filters.
struct AccountDataEndpoints: Sendable {
  let accounts: AccountRegistry
  let writer: AccountWriter
  let presence: PresenceService

  var endpoints: [Endpoint] {
    [
      Endpoint(
        .get, ["user", .user, "account_data", .text], for: .owner("You can only read your own account data."),
        answer: getAccountData),
      Endpoint(
        .put, ["user", .user, "account_data", .text],
        for: .owner("You can only change your own account data."),
        answer: setAccountData),
      Endpoint(
        .post, ["user", .user, "filter"], for: .owner("You can only make filters of your own."),
        answer: createFilter),
      Endpoint(
        .get, ["user", .user, "filter", .text], for: .owner("You can only read your own filters."),
        answer: getFilter),
    ]
  }

  private func getAccountData(_ request: RoutedRequest) throws(APIError) -> WireResponse {
    guard let content = accounts.accountData(Array(try request.text.utf8), of: try request.user) else {
      throw APIError(404, .notFound, "You have no account data of that type.")
    }
    return Self.stored(content)
  }

  private func setAccountData(_ request: RoutedRequest) async throws -> WireResponse {
    let (user, type) = (try request.user, try request.text)
    guard (1...255).contains(type.utf8.count) else {
      throw APIError(400, .invalidParameter, "A type of account data has 1 to 255 bytes.")
    }
    guard !["m.fully_read", "m.push_rules"].contains(type) else {
      throw APIError(405, .badJSON, "Account data of the type \(type) is not set this way.")
    }
    let content = try JSONObject(request.body)
    try await writer.locks.withLock([user]) {
      let changes = try accounts.setAccountData(type, of: user, to: content)
      try await writer.commit(changes)
      if !changes.isEmpty { await presence.accountDataChanged(type, of: user) }
    }
    return .json(Empty())
  }

  private func getFilter(_ request: RoutedRequest) throws(APIError) -> WireResponse {
    guard let definition = accounts.filterDefinition(id: try request.text, of: try request.user) else {
      throw APIError(404, .notFound, "You have no such filter.")
    }
    return Self.stored(definition)
  }

  private func createFilter(_ request: RoutedRequest) async throws -> WireResponse {
    let user = try request.user
    let id = try await writer.locks.withLock([user]) {
      let (id, changes) = try accounts.addFilter(request.body, of: user)
      try await writer.commit(changes)
      return id
    }
    return .json(FilterAnswer(filterID: String(id)))
  }

  private static func stored(_ object: [UInt8]) -> WireResponse {
    WireResponse(status: 200, headers: [.init("Content-Type", "application/json")], body: object)
  }
}
