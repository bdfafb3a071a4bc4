internal import MatrixWire
internal import Ports

/// Login in its three historical forms, and ours for the same machine (Protocol 2.2).
struct LoginEndpoints: Sendable {
  let server: ServerName
  /// Whether processes of the server's own user log in without a password.
  let hasLocalLogin: Bool
  let accounts: AccountRegistry
  let writer: AccountWriter
  let passwords: PasswordGuard
  let sessions: SessionStarter

  var endpoints: [Endpoint] {
    [
      Endpoint(.get, ["login"], for: .anyone, answer: flows),
      Endpoint(.post, ["login"], for: .anyone, answer: login),
    ]
  }

  private func flows(_ request: RoutedRequest) -> WireResponse {
    var flows = [FlowsAnswer.Flow(type: LoginType.password)]
    if mayLogInLocally(request.requester) { flows.append(.init(type: LoginType.local)) }
    return .json(FlowsAnswer(flows: flows))
  }

  private func login(_ request: RoutedRequest) async throws -> WireResponse {
    let wanted = try WireJSON.decode(LoginRequest.self, from: request.body)
    let wish = LoginWish(
      device: wanted.deviceID, displayName: try LoginNames.deviceName(wanted.deviceDisplayName),
      isRefreshable: wanted.refreshToken == true)
    switch wanted.type {
    case LoginType.password: return .json(try await login(wanted, wish, from: request.requester))
    case LoginType.local: return .json(try await loginLocally(wanted, wish, from: request.requester))
    case nil: throw APIError(400, .missingParameter, "Missing field 'type'.")
    case let type?: throw APIError(400, .unknown, "Bad login type: '\(type)'.")
    }
  }

  /// A name without an account and a wrong password are one answer, after the same work.
  private func login(_ wanted: LoginRequest, _ wish: LoginWish, from requester: Requester) async throws
    -> Credentials
  {
    let name = try LoginNames.name(in: wanted.identifier, or: wanted.user)
    guard let password = wanted.password else {
      throw APIError(400, .missingParameter, "Missing field 'password'.")
    }
    let user = try LoginNames.user(name, of: server)
    let guess = passwords.guess(at: user, on: wish.device, from: requester)
    try passwords.charge(guess)
    guard try await passwords.isPassword(password, of: user, named: name, guess.share), let user,
      let session = try await sessions.logIn(user, wish)
    else { throw APIError(403, .forbidden, "Wrong user name or password.") }
    passwords.wasRight(guess, for: user, from: requester)
    await renewHash(of: user, password, guess.share)
    return session
  }

  /// Hashes a password anew where the server's cost is another than when it was hashed. What fails is tried again at
  /// the next login.
  private func renewHash(of user: UserID, _ password: String, _ share: PasswordWork.Share) async {
    let secrets = accounts.secrets
    guard let old = accounts.record(of: user)?.passwordHash, secrets.cost(of: old) != secrets.cost,
      let new = try? await passwords.work.hash(password: password, share)
    else { return }
    try? await writer.locks.withLock([user]) { () throws(StoreError) in
      // Asked again: others may have had the lock.
      guard var account = accounts.record(of: user), account.passwordHash == old else { return }
      account.passwordHash = new
      try await writer.commit([.account(account)])
    }
  }

  /// For a process of the user who owns this server: the system has said already who it is.
  private func loginLocally(
    _ wanted: LoginRequest, _ wish: LoginWish, from requester: Requester
  ) async throws -> Credentials {
    guard mayLogInLocally(requester) else {
      throw APIError(403, .forbidden, "Only processes of this server's own user log in without a password.")
    }
    var wish = wish
    wish.lifetime = wanted.expiresIn.map {
      min(max(.milliseconds($0), Self.lifetimes.lowerBound), Self.lifetimes.upperBound)
    }
    let name = try LoginNames.name(in: wanted.identifier, or: wanted.user)
    guard let user = try LoginNames.user(name, of: server), user.isValidForRegistration else {
      throw APIError(
        400, .invalidUsername, "A user name is made of a-z, 0-9 and . _ = - / +, and not too long.")
    }
    if let session = try await sessions.logIn(user, wish) { return session }
    do {
      return try await sessions.create(user, nil, wish)
    } catch let error as MatrixError where error.code == .userInUse {
      // Two of one's processes at once.
      guard let session = try await sessions.logIn(user, wish) else { throw error }
      return session
    }
  }

  /// How long a local session may last that ends by itself.
  private static let lifetimes = Duration.seconds(60)...(.seconds(365 * 24 * 3600))

  private func mayLogInLocally(_ requester: Requester) -> Bool {
    requester.isSameUser && hasLocalLogin
  }
}
