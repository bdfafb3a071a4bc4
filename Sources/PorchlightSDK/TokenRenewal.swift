internal import MatrixWire
internal import Ports

/// How a new pair of tokens is asked for: by the interface that made the session (Protocol 2.1).
struct TokenRenewal: Sendable {
  let exchange: any Exchange
  let time: any Timekeeper
  let oauth: OAuthAccess?

  /// How long an answer may take: requests of the session wait for it.
  private static let patience: Duration = .seconds(10)

  /// Asks for a new pair.
  ///
  /// - Parameters:
  ///   - token: what proves the right to it.
  ///   - user: whose session it is, for messages.
  /// - Returns: the pair.
  /// - Throws: `loggedOut` where the server says that the session is over; what is worth another try otherwise.
  func callAsFunction(_ token: AccessToken, of user: UserID) async throws(SDKError) -> RefreshAnswer {
    if let oauth { return try await oauth.renew(token, of: user, patience: Self.patience, on: time) }
    do {
      var request = ClientAPI.refresh(token)
      request.timeout = Self.patience
      return try await Call(exchange: exchange, time: time, server: user.server.rawValue).send(request)
    } catch {
      guard case .refused = error.code else { throw error }
      throw SDKError(.loggedOut, "The session of \(user) has ended and cannot be renewed: \(error.message)")
    }
  }
}
