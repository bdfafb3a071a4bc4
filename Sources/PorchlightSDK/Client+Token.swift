public import MatrixWire
internal import Ports

extension Client {
  /// Goes on with a session of which only the token is known; the server says whose it is.
  ///
  /// - Parameter token: an access token, as a person may have copied it from another client.
  /// - Returns: the session.
  /// - Throws: `loggedOut` where the server does not know the token, `unreachable` where it does not answer.
  public func session(token: AccessToken) async throws(SDKError) -> Session {
    // A placeholder until the server has said whose token it is.
    guard let nobody = UserID("@_:localhost") else {
      preconditionFailure("a constant user ID")
    }
    // Nothing that is kept of another session counts for this token.
    let keys = SessionKeys(
      Credentials(userID: nobody, deviceID: nil, accessToken: token), keeper: CredentialListener { _ in },
      renewal: TokenRenewal(exchange: exchange, time: time, oauth: nil))
    var credentials: Credentials = try await Call(exchange: exchange, time: time, keys: keys).send(
      ClientAPI.whoAmI())
    credentials.accessToken = token
    return try session(credentials)
  }
}
