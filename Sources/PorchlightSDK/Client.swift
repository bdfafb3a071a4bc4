public import MatrixWire
public import Ports

/// A homeserver as seen by a program that is not logged in yet.
public struct Client: Sendable {
  let exchange: any Exchange
  let time: any Timekeeper
  private let keeper: any CredentialKeeper

  /// - Parameters:
  ///   - exchange: the way to the homeserver.
  ///   - time: the clock every deadline of the session runs on.
  ///   - keeper: where a session's credentials outlive this process.
  public init(exchange: any Exchange, time: any Timekeeper, keeper: any CredentialKeeper) {
    self.exchange = exchange
    self.time = time
    self.keeper = keeper
  }

  /// - Parameters:
  ///   - exchange: the way to the homeserver.
  ///   - time: the clock every deadline of the session runs on.
  ///   - save: keeps a session's credentials whenever they were renewed. It is waited for: the old ones are
  ///     good until the new ones are used.
  public init(
    exchange: any Exchange, time: any Timekeeper,
    saving save: @escaping @Sendable (Credentials) async -> Void = { _ in }
  ) {
    self.init(exchange: exchange, time: time, keeper: CredentialListener(save))
  }

  /// The versions and features the server supports.
  public func versions() async throws(SDKError) -> VersionsAnswer {
    try await call.send(ClientAPI.versions())
  }

  /// Makes an account with one session (Protocol 2.3).
  ///
  /// - Parameters:
  ///   - username: the wanted name; the server turns capitals into small letters.
  ///   - password: for later logins; without one, only this session and those of the same machine get in.
  ///   - token: the registration token, where the server asks for one.
  ///   - deviceID: the device of the session; nil lets the server name it.
  ///   - deviceName: what its owner will know it by.
  ///   - isRefreshable: whether the session is to be renewed now and then, which it does by itself.
  /// - Returns: the session.
  /// - Throws: `refused`, `rateLimited` or `unreachable`.
  public func register(
    username: String, password: String? = nil, token: String? = nil, deviceID: DeviceID? = nil,
    deviceName: String? = nil, isRefreshable: Bool = false
  ) async throws(SDKError) -> Session {
    let stage = token == nil ? LoginType.dummy : LoginType.registrationToken
    let request = RegisterRequest(
      username: username, password: password, deviceID: deviceID, deviceDisplayName: deviceName,
      refreshToken: isRefreshable ? true : nil, auth: .init(type: stage, token: token))
    return try session(try await call.send(ClientAPI.register(request)))
  }

  /// Logs in with a password (Protocol 2.2).
  ///
  /// - Parameters:
  ///   - user: a name, or a whole user ID.
  ///   - password: theirs.
  ///   - deviceID: a device to go on with, whose session before ends; nil makes a new one.
  ///   - deviceName: what its owner will know a new device by.
  ///   - isRefreshable: whether the session is to be renewed now and then, which it does by itself.
  /// - Returns: the session.
  /// - Throws: `refused`, `rateLimited` or `unreachable`.
  public func login(
    user: String, password: String, deviceID: DeviceID? = nil, deviceName: String? = nil,
    isRefreshable: Bool = false
  ) async throws(SDKError) -> Session {
    try await login(
      LoginRequest(
        type: LoginType.password, identifier: .user(user), password: password, deviceID: deviceID,
        deviceDisplayName: deviceName, refreshToken: isRefreshable ? true : nil))
  }

  /// Logs in on a server of the same user on the same machine, which needs no password, and makes the account
  /// where there is none.
  ///
  /// - Parameters:
  ///   - user: a name, or a whole user ID.
  ///   - deviceID: a device to go on with, whose session before ends; nil makes a new one.
  ///   - deviceName: what its owner will know a new device by.
  ///   - lifetime: when the session ends by itself, for programs that may be killed before they log out; the
  ///     server grants one minute to one year. Nil is never.
  /// - Returns: the session.
  /// - Throws: `refused` where the server takes this process for another user's, or has no such login.
  public func loginLocally(
    user: String, deviceID: DeviceID? = nil, deviceName: String? = nil, lifetime: Duration? = nil
  ) async throws(SDKError) -> Session {
    try await login(
      LoginRequest(
        type: LoginType.local, identifier: .user(user), deviceID: deviceID, deviceDisplayName: deviceName,
        expiresIn: lifetime?.wholeMilliseconds))
  }

  /// Logs in with a token for one login, as another client of the user or a web page gives it.
  ///
  /// - Parameters:
  ///   - token: the login token.
  ///   - deviceName: what its owner will know a new device by.
  ///   - isRefreshable: whether the session is to be renewed now and then, which it does by itself.
  /// - Returns: the session.
  /// - Throws: `refused`, `rateLimited` or `unreachable`.
  public func login(
    token: String, deviceName: String? = nil, isRefreshable: Bool = false
  ) async throws(SDKError) -> Session {
    try await login(
      LoginRequest(
        type: LoginType.token, identifier: nil, token: token, deviceDisplayName: deviceName,
        refreshToken: isRefreshable ? true : nil))
  }

  /// Goes on with a session made earlier.
  ///
  /// - Parameters:
  ///   - credentials: what the session had last.
  ///   - oauth: the way to the authorization server that made it; nil where the homeserver itself did.
  /// - Returns: the session.
  /// - Throws: `badAnswer` where there is no access token.
  public func session(_ credentials: Credentials, by oauth: OAuthAccess? = nil) throws(SDKError) -> Session {
    guard credentials.accessToken != nil else {
      throw SDKError(.badAnswer, "The server made no session for \(credentials.userID).")
    }
    let renewal = TokenRenewal(exchange: exchange, time: time, oauth: oauth)
    return Session(
      userID: credentials.userID, keys: SessionKeys(credentials, keeper: keeper, renewal: renewal),
      exchange: exchange, time: time)
  }

  var call: Call { Call(exchange: exchange, time: time) }

  private func login(_ request: LoginRequest) async throws(SDKError) -> Session {
    try session(try await call.send(ClientAPI.login(request)))
  }
}
