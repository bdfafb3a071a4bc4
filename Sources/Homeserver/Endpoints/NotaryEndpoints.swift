internal import MatrixWire
internal import Ports

/// This server as a notary (Matrix server-server API, "Querying keys through another server"): it tells any client the
/// keys of servers, signed by itself as well.
///
/// Any client can ask, and name any server; so what is not known is fetched a few times a second at most in all, and
/// less often for one address. What is not fetched is left out of the answer, as the specification has it for servers
/// that do not answer.
struct NotaryEndpoints: Sendable {
  let server: ServerName
  /// Nil where no other server is met.
  let client: FederationClient?
  let limiter: RequestLimiter
  let time: any Timekeeper

  var endpoints: [Endpoint] {
    [
      Endpoint(.post, ["_matrix", "key", "v2", "query"], in: .root, for: .anyone) { request in
        try await answer(request) { try KeyQuery(body: request.body) }
      },
      // Old clients name a key as well.
      Endpoint(
        .get, ["_matrix", "key", "v2", "query", .server, .anythingOrNothing], in: .root, for: .anyone
      ) { request in try await answer(request) { try keyQuery(request) } },
    ]
  }

  private func answer(_ request: RoutedRequest, _ read: () throws -> KeyQuery) async throws -> WireResponse {
    guard let client else { throw APIError(404, .unrecognized, "This server meets no others.") }
    let query = try read()
    let own = try client.ownKeys.body(at: time.wallTime)
    var documents: [ServerName: [UInt8]] = [server: own]
    let others = query.wishes.filter { $0.server != server }
    await withTaskGroup(of: (ServerName, [UInt8]?).self) { group in
      for wish in others {
        group.addTask {
          (
            wish.server,
            await client.document(
              of: wish.server, validUntil: WallTime(milliseconds: wish.validUntil),
              mayAsk: { mayFetchKeys(for: request.requester) })
          )
        }
      }
      for await (server, document) in group { documents[server] = document }
    }
    return .stream(KeyQuery.answer(query.wishes.compactMap { documents[$0.server] }))
  }

  private func mayFetchKeys(for requester: Requester) -> Bool {
    guard (try? limiter.charge(.keyFetch, requester.subject)) != nil else { return false }
    return (try? limiter.charge(.keyFetchOfAnybody, .everybody)) != nil
  }

  /// A query in the path: `/query/{serverName}?minimum_valid_until_ts=`.
  ///
  /// - Throws: 400 `M_INVALID_PARAM` for a malformed time.
  private func keyQuery(_ request: RoutedRequest) throws(APIError) -> KeyQuery {
    let text = request.wire.query("minimum_valid_until_ts")
    guard let time = Int64(text ?? "0"), time >= 0 else {
      throw APIError(400, .invalidParameter, "'minimum_valid_until_ts' is a time in milliseconds since 1970.")
    }
    return KeyQuery([.init(server: try request.server, validUntil: time)])
  }
}
