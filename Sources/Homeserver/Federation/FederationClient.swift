internal import MatrixWire
internal import Ports

/// Other servers as they ask and are asked: who they are, and what is had of them by a request.
struct FederationClient: Sendable {
  let ownKeys: OwnKeys
  let authentication: FederationAuthentication
  /// Whether there is a relation with a server.
  let isKnown: @Sendable (ServerName) -> Bool
  /// Where large transactions are read.
  var reader: (any TaskExecutor)? { federation.reader }
  private let server: ServerName
  private let federation: Federation
  private let profiles: RemoteProfileCache
  /// Why the last attempts to reach servers failed.
  let failures: PeerFailureLog

  init(
    _ server: ServerName, _ federation: Federation, _ knownPeers: KnownPeers, _ failures: PeerFailureLog,
    time: any Timekeeper
  ) {
    self.server = server
    self.federation = federation
    isKnown = knownPeers.contains
    ownKeys = OwnKeys(server, federation.signer)
    profiles = RemoteProfileCache(time)
    self.failures = failures
    let keys = KeyService(
      time: time, verifier: federation.verifier, isKnown: knownPeers.contains,
      failed: { failures.refused($0, "its keys cannot be fetched (\($1))") }
    ) { [transport = federation.transport] peer in
      var request = FederationAPI.keys()
      request.timeout = Self.patience
      let response = try await transport.send(request, to: peer)
      guard response.status == 200 else {
        throw ExchangeError(
          .unreachable, "\(peer) does not say its keys: status \(response.status).",
          cause: "status \(response.status)")
      }
      return try ServerKeys(body: response.body)
    }
    authentication = FederationAuthentication(
      server: server, keys: keys, verifier: federation.verifier, refused: failures.refused)
  }

  /// How long another server may take over something a person or a request waits for.
  private static let patience = Duration.seconds(10)

  /// Not why: that would tell what listens where.
  private static func unanswered(_ user: UserID) -> APIError {
    APIError(502, .unknown, "The server \(user.server) did not answer.")
  }

  /// What another server says of its keys, signed by it and by this one; nil where it cannot be had. Asked for by
  /// `KeyService.document`.
  func document(
    of server: ServerName, validUntil: WallTime, mayAsk: @escaping @Sendable () -> Bool
  ) async -> [UInt8]? {
    guard let body = await authentication.keys.document(of: server, validUntil: validUntil, mayAsk: mayAsk),
      let keys = try? ServerKeys(body: body),
      let signature = try? federation.signer.signature(of: keys.signedBytes)
    else { return nil }
    return keys.body(with: [self.server: [federation.signer.keyID: signature]])
  }

  /// What another server says of one of its users; nil for a user it does not know. It is asked once a minute, however
  /// many ask.
  ///
  /// - Throws: 502 where it does not answer, or not in a way that can be understood.
  func profile(of user: UserID) async throws(APIError) -> PublicProfile? {
    if let known = profiles[user] {
      guard case .said(let profile) = known else { throw Self.unanswered(user) }
      return profile
    }
    do {
      var request = try federation.signer.signed(
        FederationAPI.profile(of: user), from: server, to: user.server)
      request.timeout = Self.patience
      let response = try await federation.transport.send(request, to: user.server)
      let profile: PublicProfile? =
        switch response.status {
        case 200: try PublicProfile(body: response.body).cut
        case 403, 404: nil
        default: throw Self.unanswered(user)
        }
      profiles[user] = .said(profile)
      return profile
    } catch {
      // The caller may have been cancelled: that says nothing about the server.
      if !Task.isCancelled { profiles[user] = .silent }
      throw Self.unanswered(user)
    }
  }
}

extension PublicProfile {
  /// As long as those of this server's people may be.
  fileprivate var cut: PublicProfile {
    func cut(_ text: String?, _ most: Int) -> String? {
      text.map { text in
        text.unicodeScalars.count <= most
          ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(most)))
      }
    }
    let short = Profile(displayName: cut(profile.displayName, 256), avatarURL: cut(profile.avatarURL, 1000))
    return PublicProfile(short, fields: fields)
  }
}
