internal import MatrixWire
internal import Ports
internal import Synchronization

/// This server as a notary (Matrix server-server API, "Querying keys through another server"): it tells any client the
/// keys of servers, signed by itself as well.
///
/// Any client can ask, and name any server; so what is not known is fetched a few times a second at most in all, and
/// less often for one address. What is not fetched is left out of the answer, as the specification has it for servers
/// that do not answer.
extension Homeserver {
  func answer(_ query: KeyQuery, _ federationClient: FederationClient, from peer: Requester) async throws
    -> WireResponse
  {
    let now = time.wallTime
    let own = try federationClient.ownKeys.body(at: now)
    var documents: [ServerName: [UInt8]] = [configuration.name: own]
    let others = query.wishes.filter { $0.server != configuration.name }
    await withTaskGroup(of: (ServerName, [UInt8]?).self) { group in
      for wish in others {
        group.addTask {
          (
            wish.server,
            await federationClient.document(
              of: wish.server, validUntil: WallTime(milliseconds: wish.validUntil),
              mayAsk: { self.mayFetchKeys(for: peer) })
          )
        }
      }
      for await (server, document) in group { documents[server] = document }
    }
    return .stream(KeyQuery.answer(query.wishes.compactMap { documents[$0.server] }))
  }

  private func mayFetchKeys(for peer: Requester) -> Bool {
    guard (try? limit(.keyFetch, peer.subject)) != nil else { return false }
    return (try? limit(.keyFetchOfAnybody, .everybody)) != nil
  }

  /// A query in the path: `/query/{serverName}?minimum_valid_until_ts=`.
  ///
  /// - Throws: 400 `M_INVALID_PARAM` for a malformed time.
  static func keyQuery(for server: ServerName, _ request: WireRequest) throws(APIError) -> KeyQuery {
    let text = request.query("minimum_valid_until_ts")
    guard let time = Int64(text ?? "0"), time >= 0 else {
      throw APIError(400, .invalidParameter, "'minimum_valid_until_ts' is a time in milliseconds since 1970.")
    }
    return KeyQuery([.init(server: server, validUntil: time)])
  }
}
