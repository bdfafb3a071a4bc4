internal import MatrixWire
internal import Ports

/// Who asks, and user-interactive authentication.
extension Homeserver {
  /// Whose request it is.
  ///
  /// - Throws: 401 with `M_MISSING_TOKEN` or `M_UNKNOWN_TOKEN`, 429 where they ask too often.
  func authenticate(_ request: WireRequest) throws(APIError) -> Device {
    let record = try authenticatedToken(of: request)
    return Device(user: record.user, id: record.device)
  }

  /// What a request proves itself with, so that a later step can ask whether it is still good.
  ///
  /// - Throws: as `authenticate(_:)`.
  func authenticatedToken(of request: WireRequest) throws(APIError) -> TokenRecord {
    guard let token = request.accessToken else {
      throw APIError(401, .missingToken, "This endpoint needs an access token.")
    }
    let record = try Self.valid(accounts.find(token, .access, at: time.wallTime))
    try limit(.requests, .user(record.user))
    accounts.noteUse(of: Device(user: record.user, id: record.device))
    return record
  }

  /// An unknown token counts as a request without one: a client that guesses is held to that limit.
  func countGuess(_ refusal: APIError, _ request: WireRequest, from requester: Requester) -> APIError {
    guard refusal.error.code == .unknownToken, request.accessToken != nil else { return refusal }
    do throws(APIError) {
      try limit(.requests, requester.subject)
      return refusal
    } catch {
      return error
    }
  }

  /// Whose request it is, where only one person may ask.
  ///
  /// - Throws: as `authenticate(_:)`, and 403 where it is another user's.
  func authenticate(_ request: WireRequest, as user: UserID, _ refusal: String) throws(APIError) -> Device {
    let device = try authenticate(request)
    guard device.user == user else { throw APIError(403, .forbidden, refusal) }
    return device
  }

  static func valid(_ finding: TokenFinding) throws(APIError) -> TokenRecord {
    switch finding {
    case .valid(let record): return record
    case .expired:
      throw APIError(MatrixError(.unknownToken, "The token has expired.", softLogout: true))
    case .unknown:
      throw APIError(
        MatrixError(.unknownToken, "The token is not known, or was logged out.", softLogout: false))
    }
  }

  /// Ends the tokens that came before one that is used: the client that uses it has stored it (Protocol 2.4).
  ///
  /// Where that cannot be stored they end with the next use, so the request goes on.
  func noteUse(of token: AccessToken, _ kind: TokenRecord.Kind = .access) async {
    guard accounts.hasSuperseded, case .valid(let record) = accounts.find(token, kind, at: time.wallTime),
      !accounts.superseded(by: record).isEmpty
    else { return }
    try? await locks.withLock([record.user]) { () throws(StoreError) in
      try await commit(accounts.superseded(by: record))
    }
  }

  /// Stores changes, and makes them true.
  func commit(_ changes: [StoreChange]) async throws(StoreError) {
    try await persistence.commit(changes)
    accounts.apply(changes)
  }

  /// One stage of user-interactive authentication, the only one of its flow.
  ///
  /// - Parameters:
  ///   - auth: what the client says.
  ///   - stage: the type of the stage.
  ///   - purpose: what it is for; a session opened for one thing is no good for another.
  ///   - check: why the client has not passed the stage, or nil where it has.
  ///   - work: what it is for. Where it throws, the client may come with the same session again.
  /// - Returns: the 401 to answer with, or what `work` answers.
  /// - Throws: what `check` and `work` throw.
  func challenge(
    _ auth: Authentication?, stage: String, for purpose: Challenges.Purpose,
    check: (Authentication) async throws -> MatrixError?, work: () async throws -> WireResponse
  ) async throws -> WireResponse {
    func answer(_ session: String?, _ failure: MatrixError? = nil) -> WireResponse {
      let session = session ?? accounts.openChallenge(for: purpose, at: time.instant)
      let challenge = AuthenticationChallenge(
        flows: [.init(stages: [stage])], session: session, failure: failure)
      return .json(challenge, status: 401)
    }
    guard let auth else { return answer(nil) }
    if let session = auth.session, !accounts.isOpen(session, for: purpose, at: time.instant) {
      return answer(nil, MatrixError(.unauthorized, "The authentication session is not known, or too old."))
    }
    // Without a type a client only asks how far it is.
    guard let type = auth.type else { return answer(auth.session) }
    guard type == stage else {
      return answer(auth.session, MatrixError(.unauthorized, "'\(type)' is not a stage of this."))
    }
    if let failure = try await check(auth) { return answer(auth.session, failure) }
    guard let session = auth.session else { return try await work() }
    // Done once: of two at the same time one is late.
    guard accounts.reserveChallenge(session, for: purpose, at: time.instant) else {
      return answer(nil, MatrixError(.unauthorized, "The authentication session was used already."))
    }
    var isUsed = false
    defer { accounts.releaseChallenge(session, isUsed: isUsed, at: time.instant) }
    let done = try await work()
    isUsed = true
    return done
  }
}
