internal import MatrixWire

/// What clients keep with an account: private data and filters.
extension Homeserver {
  func getAccountData(_ type: String, of user: UserID, _ request: WireRequest) throws -> WireResponse {
    _ = try authenticate(request, as: user, "You can only read your own account data.")
    guard let content = accounts.accountData(Array(type.utf8), of: user) else {
      throw APIError(404, .notFound, "You have no account data of that type.")
    }
    return Self.stored(content)
  }

  func setAccountData(_ type: String, of user: UserID, _ request: WireRequest) async throws -> WireResponse {
    _ = try authenticate(request, as: user, "You can only change your own account data.")
    guard (1...255).contains(type.utf8.count) else {
      throw APIError(400, .invalidParameter, "A type of account data has 1 to 255 bytes.")
    }
    guard !["m.fully_read", "m.push_rules"].contains(type) else {
      throw APIError(405, .badJSON, "Account data of the type \(type) is not set this way.")
    }
    let content = try JSONObject(request.body)
    try await locks.withLock([user]) {
      let changes = try accounts.setAccountData(type, of: user, to: content)
      try await commit(changes)
      if !changes.isEmpty { await presence.accountDataChanged(type, of: user) }
    }
    return .json(Empty())
  }

  func getFilter(_ id: String, of user: UserID, _ request: WireRequest) throws -> WireResponse {
    _ = try authenticate(request, as: user, "You can only read your own filters.")
    guard let definition = accounts.filterDefinition(id: id, of: user) else {
      throw APIError(404, .notFound, "You have no such filter.")
    }
    return Self.stored(definition)
  }

  func createFilter(of user: UserID, _ request: WireRequest) async throws -> WireResponse {
    _ = try authenticate(request, as: user, "You can only make filters of your own.")
    let id = try await locks.withLock([user]) {
      let (id, changes) = try accounts.addFilter(request.body, of: user)
      try await commit(changes)
      return id
    }
    return .json(FilterAnswer(filterID: String(id)))
  }

  private static func stored(_ object: [UInt8]) -> WireResponse {
    WireResponse(status: 200, headers: [.init("Content-Type", "application/json")], body: object)
  }
}
