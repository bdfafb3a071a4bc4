internal import MatrixWire
internal import Ports
internal import PresenceFederation

/// What other servers ask of this one (Protocol 6.1, 6.3, 6.7).
extension Homeserver {
  func answer(
    _ route: Route.FederationRoute, _ request: WireRequest, from peer: Requester
  ) async throws -> WireResponse {
    guard let federationClient else { throw APIError(404, .unrecognized, "This server meets no others.") }
    switch route {
    case .keys: return .stream(try federationClient.ownKeys.body(at: time.wallTime))
    case .queryKeys(let server?):
      return try await answer(Self.keyQuery(for: server, request), federationClient, from: peer)
    case .queryKeys(nil): return try await answer(KeyQuery(body: request.body), federationClient, from: peer)
    case .version: return .json(ServerVersion(name: "porchlight", version: configuration.version))
    case .send(let id):
      let transaction = try await transaction(id, request, federationClient)
      let answer = try await presence.receive(transaction)
      return .stream(
        try await beside(request) { answer.body(for: transaction.order == nil ? .modern : .exact) })
    case .profile:
      let origin = try await federationClient.authentication.authenticate(request).origin
      await presence.heard(from: origin)
      return try queryProfile(request)
    }
  }

  /// Works on a request, on another thread where it is large: many connections wait for this one.
  private func beside<Value>(
    _ request: WireRequest, _ work: () async throws -> Value
  ) async throws -> Value {
    guard let reader = federationClient?.reader, request.body.count > configuration.largestBody else {
      return try await work()
    }
    return try await withTaskExecutorPreference(reader) { try await work() }
  }

  /// Reads and verifies a transaction.
  private func transaction(
    _ id: String, _ request: WireRequest, _ federationClient: FederationClient
  ) async throws -> Transaction {
    try await beside(request) {
      let signed = try await federationClient.authentication.authenticate(request)
      guard let body = signed.body else { throw APIError(400, .notJSON, "The transaction has no body.") }
      return try Transaction(id: id, signedBy: signed.origin, body: body)
    }
  }

  private func queryProfile(_ request: WireRequest) throws(APIError) -> WireResponse {
    guard let text = request.query("user_id") else {
      throw APIError(400, .missingParameter, "Missing parameter 'user_id'.")
    }
    guard let user = UserID(text), user.server == configuration.name else {
      throw APIError(400, .invalidParameter, "'user_id' names nobody of \(configuration.name).")
    }
    guard let profile = accounts.publicProfile(of: user) else {
      throw APIError(404, .notFound, "There is no profile of \(user).")
    }
    return try Self.answer(profile, field: request.query("field"), of: user)
  }

  /// The relations of this server with its peers: for processes of the server's own user, over the Unix socket, and no
  /// others. It says who watches whom.
  func peers(from peer: Requester) async throws -> WireResponse {
    guard federationClient != nil else { throw APIError(404, .notFound, "This server meets no others.") }
    guard peer.isSameUser else {
      throw APIError(
        403, .forbidden, "Only the user who runs this server may ask this, over its Unix socket.")
    }
    let status = await presence.peerStatus
    return .json(PeerReport(status, { presence.failures[$0] }, now: time.instant))
  }
}
