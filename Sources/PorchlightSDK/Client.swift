public import MatrixWire
public import Ports

/// A homeserver as seen by a program that is not logged in yet.
public struct Client: Sendable {
  let exchange: any Exchange
  let time: any Timekeeper

  /// - Parameters:
  ///   - exchange: the way to the homeserver.
  ///   - time: the clock every deadline of the session runs on.
  public init(exchange: any Exchange, time: any Timekeeper) {
    self.exchange = exchange
    self.time = time
  }

  /// What the server speaks.
  public func versions() async throws(SDKError) -> VersionsAnswer {
    try await Call(exchange: exchange, time: time).send(ClientAPI.versions())
  }

  /// Makes an account with one session, by the `m.login.dummy` flow (protocol 2.3).
  public func register(
    username: String, deviceID: DeviceID? = nil, deviceName: String? = nil
  ) async throws(SDKError) -> Session {
    let request = RegisterRequest(
      username: username, deviceID: deviceID, deviceDisplayName: deviceName,
      auth: .init(type: "m.login.dummy"))
    let call = Call(exchange: exchange, time: time)
    let credentials: Credentials = try await call.send(ClientAPI.register(request))
    return try session(credentials)
  }

  /// Goes on with a session made earlier.
  public func session(_ credentials: Credentials) throws(SDKError) -> Session {
    guard let token = credentials.accessToken else {
      throw SDKError(.badAnswer, "The server made no session for \(credentials.userID).")
    }
    return Session(userID: credentials.userID, token: token, exchange: exchange, time: time)
  }
}
