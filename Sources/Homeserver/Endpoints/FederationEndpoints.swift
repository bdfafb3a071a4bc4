internal import MatrixWire
internal import Ports
internal import PresenceFederation

/// What other servers ask of this one (Protocol 6.1, 6.3, 6.7).
struct FederationEndpoints: Sendable {
  let server: ServerName
  let version: String
  /// The largest body of a client's request, in bytes. Larger transactions are read on another thread.
  let largestBody: Int
  /// Nil where no other server is met.
  let client: FederationClient?
  let accounts: AccountRegistry
  let presence: PresenceService
  let time: any Timekeeper

  var endpoints: [Endpoint] {
    [
      // Old servers name a key.
      meeting(.get, ["_matrix", "key", "v2", "server", .anythingOrNothing]) { client, _ in
        .stream(try client.ownKeys.body(at: time.wallTime))
      },
      meeting(.get, ["_matrix", "federation", "v1", "version"]) { _, _ in
        .json(ServerVersion(name: "porchlight", version: version))
      },
      meeting(.put, ["_matrix", "federation", "v1", "send", .text], answer: receive),
      meeting(.get, ["_matrix", "federation", "v1", "query", "profile"], answer: queryProfile),
      Endpoint(.get, ["peers"], in: .porchlight, for: .anyone, answer: peers),
    ]
  }

  /// A row that is there where other servers are met.
  private func meeting(
    _ method: WireRequest.Method, _ path: PathTemplate,
    answer: @escaping @Sendable (FederationClient, RoutedRequest) async throws -> WireResponse
  ) -> Endpoint {
    Endpoint(method, path, in: .root, for: .anyone) { [client] request in
      guard let client else { throw APIError(404, .unrecognized, "This server meets no others.") }
      return try await answer(client, request)
    }
  }

  private func receive(_ client: FederationClient, _ request: RoutedRequest) async throws -> WireResponse {
    let transaction = try await transaction(client, request)
    let answer = try await presence.receive(transaction)
    return .stream(
      try await beside(client, request) { answer.body(for: transaction.order == nil ? .modern : .exact) })
  }

  /// Works on a request, on another thread where it is large: many connections wait for this one.
  private func beside<Value>(
    _ client: FederationClient, _ request: RoutedRequest, _ work: () async throws -> Value
  ) async throws -> Value {
    guard let reader = client.reader, request.body.count > largestBody else {
      return try await work()
    }
    return try await withTaskExecutorPreference(reader) { try await work() }
  }

  /// Reads and verifies a transaction.
  private func transaction(_ client: FederationClient, _ request: RoutedRequest) async throws -> Transaction {
    let id = try request.text
    return try await beside(client, request) {
      let signed = try await client.authentication.authenticate(request.wire)
      guard let body = signed.body else { throw APIError(400, .notJSON, "The transaction has no body.") }
      return try Transaction(id: id, signedBy: signed.origin, body: body)
    }
  }

  private func queryProfile(_ client: FederationClient, _ request: RoutedRequest) async throws -> WireResponse
  {
    let origin = try await client.authentication.authenticate(request.wire).origin
    await presence.noteRequest(from: origin)
    guard let text = request.wire.query("user_id") else {
      throw APIError(400, .missingParameter, "Missing parameter 'user_id'.")
    }
    guard let user = UserID(text), user.server == server else {
      throw APIError(400, .invalidParameter, "'user_id' names nobody of \(server).")
    }
    guard let profile = accounts.publicProfile(of: user) else {
      throw APIError(404, .notFound, "There is no profile of \(user).")
    }
    return try ProfileEndpoints.answer(profile, field: request.wire.query("field"), of: user)
  }

  /// The relations of this server with its peers: for processes of the server's own user, over the Unix socket, and no
  /// others. It says who watches whom.
  private func peers(_ request: RoutedRequest) async throws -> WireResponse {
    guard let failures = client?.failures else {
      throw APIError(404, .notFound, "This server meets no others.")
    }
    guard request.requester.isSameUser else {
      throw APIError(
        403, .forbidden, "Only the user who runs this server may ask this, over its Unix socket.")
    }
    let status = await presence.peerStatus
    return .json(PeerReport(status, { failures[$0] }, now: time.instant))
  }
}
