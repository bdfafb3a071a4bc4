internal import MatrixWire
internal import Ports

/// Tells whose a request is, and holds its sender to the rate limits.
struct Authenticator: Sendable {
  let accounts: AccountRegistry
  let limiter: RequestLimiter
  let time: any Timekeeper

  /// What a request proves itself with, so that a later step can ask whether it is still good. It counts for its user.
  ///
  /// - Throws: 401 with `M_MISSING_TOKEN` or `M_UNKNOWN_TOKEN`, 429 where its user asks too often.
  func token(of request: WireRequest) throws(APIError) -> TokenRecord {
    guard let token = request.accessToken else {
      throw APIError(401, .missingToken, "This endpoint needs an access token.")
    }
    return try admit(accounts.secrets.digest(of: token))
  }

  /// Whether a token that was good before still is, and its user does not ask too often. Then it counts as a request.
  func admitsAgain(_ token: TokenDigest) -> Bool { (try? admit(token)) != nil }

  private func admit(_ token: TokenDigest) throws(APIError) -> TokenRecord {
    let record = try Self.valid(accounts.find(token, .access, at: time.wallTime))
    try limiter.charge(.requests, .user(record.user))
    accounts.noteUse(of: Device(user: record.user, id: record.device))
    return record
  }

  /// Proves that the sender of a request may ask an endpoint, and counts what it counts as.
  ///
  /// - Throws: as `token(of:)`, the refusal of the endpoint where it is another user's, and 429.
  func admit(_ request: inout RoutedRequest, to endpoint: Endpoint) throws(APIError) {
    if endpoint.access.asksForToken { request.token = try token(of: request.wire) }
    if case .owner(let refusal) = endpoint.access {
      guard try request.device.user == request.user else { throw refusal }
    }
    guard let rate = endpoint.rate else { return }
    try limiter.charge(rate, request.token.map { .user($0.user) } ?? request.requester.subject)
  }

  /// An unknown token counts as a request without one: a client that guesses is held to that limit.
  ///
  /// - Returns: what to answer instead of the refusal.
  func countGuess(_ refusal: APIError, _ request: WireRequest, from requester: Requester) -> APIError {
    guard refusal.error.code == .unknownToken, request.accessToken != nil else { return refusal }
    do throws(APIError) {
      try limiter.charge(.requests, requester.subject)
      return refusal
    } catch {
      return error
    }
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
}
