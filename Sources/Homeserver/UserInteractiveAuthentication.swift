internal import MatrixWire
internal import Ports

/// User-interactive authentication with one stage (Matrix client-server API, "User-Interactive Authentication API").
struct UserInteractiveAuthentication: Sendable {
  let accounts: AccountRegistry
  let time: any Timekeeper

  /// One stage, the only one of its flow.
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
