internal import MatrixWire
internal import Ports

/// Login in its three historical forms, and ours for the same machine (Protocol 2.2).
extension Homeserver {
  func loginFlows(for requester: Requester) -> WireResponse {
    var flows = [FlowsAnswer.Flow(type: LoginType.password)]
    if mayLogInLocally(requester) { flows.append(.init(type: LoginType.local)) }
    return .json(FlowsAnswer(flows: flows))
  }

  func login(_ request: WireRequest, from requester: Requester) async throws -> WireResponse {
    let wanted = try WireJSON.decode(LoginRequest.self, from: request.body)
    let wish = LoginWish(
      device: wanted.deviceID, displayName: try Self.checked(wanted.deviceDisplayName),
      isRefreshable: wanted.refreshToken == true)
    switch wanted.type {
    case LoginType.password: return .json(try await login(wanted, wish, from: requester))
    case LoginType.local: return .json(try await loginLocally(wanted, wish, from: requester))
    case nil: throw APIError(400, .missingParameter, "Missing field 'type'.")
    case let type?: throw APIError(400, .unknown, "Bad login type: '\(type)'.")
    }
  }

  /// A name without an account and a wrong password are one answer, after the same work.
  private func login(_ wanted: LoginRequest, _ wish: LoginWish, from requester: Requester) async throws
    -> Credentials
  {
    let name = try Self.name(in: wanted.identifier, or: wanted.user)
    guard let password = wanted.password else {
      throw APIError(400, .missingParameter, "Missing field 'password'.")
    }
    let user = try localUser(name)
    let guess = guess(at: user, on: wish.device, from: requester)
    try charge(guess)
    guard try await isPassword(password, of: user, named: name, guess.share), let user,
      let session = try await logIn(user, wish)
    else { throw APIError(403, .forbidden, "Wrong user name or password.") }
    wasRight(guess, for: user, from: requester)
    await renewHash(of: user, password, guess.share)
    return session
  }

  /// Hashes a password anew where the server's cost is another than when it was hashed. What fails is tried again at
  /// the next login.
  private func renewHash(of user: UserID, _ password: String, _ share: PasswordWork.Share) async {
    let secrets = accounts.secrets
    guard let old = accounts.record(of: user)?.passwordHash, secrets.cost(of: old) != secrets.cost,
      let new = try? await passwords.hash(password: password, share)
    else { return }
    try? await locks.withLock([user]) { () throws(StoreError) in
      // Asked again: others may have had the turn.
      guard var account = accounts.record(of: user), account.passwordHash == old else { return }
      account.passwordHash = new
      try await commit([.account(account)])
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
    let name = try Self.name(in: wanted.identifier, or: wanted.user)
    guard let user = try localUser(name), user.isValidForRegistration else {
      throw APIError(
        400, .invalidUsername, "A user name is made of a-z, 0-9 and . _ = - / +, and not too long.")
    }
    if let session = try await logIn(user, wish) { return session }
    do {
      return try await create(user, nil, wish)
    } catch let error as MatrixError where error.code == .userInUse {
      // Two of one's processes at once.
      guard let session = try await logIn(user, wish) else { throw error }
      return session
    }
  }

  /// A session of a user who has proved who they are; nil where they have no account.
  private func logIn(_ user: UserID, _ wish: LoginWish) async throws -> Credentials? {
    try await locks.withLock([user]) {
      guard accounts.exists(user) else { return nil }
      let session = accounts.logIn(user, wish, configuration.tokenLifetimes, at: time.wallTime)
      let isNew = accounts.description(of: session.device) == nil
      try await commit(session.changes)
      accounts.noteUse(of: session.device)
      for device in session.ended { await presence.removeDevice(device) }
      // The client that held the device before holds it no longer: its polls end with its tokens.
      if !isNew { await presence.endPolls(of: session.device) }
      return credentials(session)
    }
  }

  /// How long a local session may last that ends by itself.
  private static let lifetimes = Duration.seconds(60)...(.seconds(365 * 24 * 3600))

  // MARK: Parts

  /// Whether a password is that of an account. For a name without an account or without a password, it is as much work
  /// as for one with.
  func isPassword(
    _ password: String, of user: UserID?, named name: String, _ share: PasswordWork.Share
  ) async throws -> Bool {
    guard password.utf8.count <= Self.longestPassword else { return false }
    let decoy = accounts.decoyHash(for: user?.rawValue ?? name)
    let hash = user.flatMap { accounts.record(of: $0)?.passwordHash }
    let isRight = try await passwords.verify(password: password, against: hash ?? decoy, share)
    // A decoy may be the hash of another account: whether it matches must not be told.
    return hash != nil && isRight
  }

  func credentials(_ session: NewSession) -> Credentials {
    Credentials(
      userID: session.device.user, deviceID: session.device.id, accessToken: session.access,
      refreshToken: session.refresh, expiresIn: session.expiresIn?.wholeMilliseconds,
      homeServer: configuration.name)
  }

  /// Whom a name means, `bob` or `@bob:server`; nil for what is no name.
  ///
  /// - Throws: 403 for a user of another server.
  func localUser(_ name: String) throws(APIError) -> UserID? {
    guard name.hasPrefix("@") else {
      return UserID(localpart: name.asciiLowercased, server: configuration.name)
    }
    guard let user = UserID(name) else { return nil }
    guard user.server == configuration.name else {
      throw APIError(403, .forbidden, "\(user) belongs to another server.")
    }
    return UserID(localpart: user.localpart.asciiLowercased, server: configuration.name)
  }

  static func name(in identifier: UserIdentifier?, or user: String?) throws(APIError) -> String {
    if let identifier {
      guard identifier.type == "m.id.user" else {
        throw APIError(400, .unknown, "Only identifiers of the type 'm.id.user' are known here.")
      }
      guard let user = identifier.user else {
        throw APIError(400, .missingParameter, "Missing field 'identifier.user'.")
      }
      return user
    }
    guard let user else { throw APIError(400, .missingParameter, "Missing field 'identifier'.") }
    return user
  }

  /// A name for a device, where it is not too long.
  static func checked(_ displayName: String?) throws(APIError) -> String? {
    guard let displayName, displayName.unicodeScalars.count > 100 else { return displayName }
    throw APIError(400, .tooLarge, "The name of a device may have 100 characters at most.")
  }

  private func mayLogInLocally(_ requester: Requester) -> Bool {
    requester.isSameUser && configuration.localLogin
  }
}
