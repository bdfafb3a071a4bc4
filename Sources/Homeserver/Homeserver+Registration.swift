internal import MatrixWire
internal import Ports
internal import PresenceCore

/// Registration (Protocol 2.3).
extension Homeserver {
  /// What `GET /register` says, which the first version had and some clients still ask.
  func registrationFlows() throws(APIError) -> WireResponse {
    let stage = try registrationStage()
    var flows = [FlowsAnswer.Flow(type: stage, stages: [stage])]
    if case .open = configuration.registration { flows.append(.init(type: LoginType.password)) }
    return .json(FlowsAnswer(flows: flows))
  }

  func register(_ request: WireRequest, _ version: APIVersion, from requester: Requester) async throws
    -> WireResponse
  {
    switch request.query("kind") ?? "user" {
    case "user": break
    case "guest": throw APIError(403, .guestAccessForbidden, "This server has no guests.")
    default: throw APIError(400, .invalidParameter, "The parameter 'kind' is 'user' or 'guest'.")
    }
    try limit(.registration, requester.subject)
    let stage = try registrationStage()
    let wanted = try WireJSON.decode(RegisterRequest.self, from: request.body)
    let isOld = version == .v1 && wanted.auth == nil && wanted.type != nil
    let user = try accounts.available(wanted.username ?? (version == .v1 ? wanted.user : nil))
    try Self.check(wanted.password)
    let wish = LoginWish(
      device: wanted.deviceID, displayName: try Self.checked(wanted.deviceDisplayName),
      isRefreshable: wanted.refreshToken == true)
    func make() async throws -> WireResponse {
      let share = PasswordWork.Share(source: requester.subject ?? .user(user), isKnown: false)
      let hash: String? =
        if let password = wanted.password { try await passwords.hash(password: password, share) } else { nil }
      return .json(try await create(user, hash, wanted.inhibitLogin == true ? nil : wish))
    }
    if isOld {
      try checkOldForm(wanted)
      return try await make()
    }
    return try await challenge(
      wanted.auth, stage: stage, for: .registration, check: { self.registrationFailure($0) }, work: make)
  }

  /// Makes an account, and a session on it where one is wanted, in one commit.
  ///
  /// - Throws: `M_USER_IN_USE` where another registration was faster, `StoreError` where it cannot be stored.
  func create(_ user: UserID, _ passwordHash: String?, _ wish: LoginWish?) async throws -> Credentials {
    // The name is theirs while they have the turn.
    try await locks.withLock([user]) {
      guard !accounts.exists(user) else { throw AccountRegistry.inUse(user) }
      let now = time.wallTime
      let session = wish.map { accounts.logIn(user, $0, configuration.tokenLifetimes, at: now) }
      let changes: [StoreChange] = [
        .account(AccountRecord(user: user, passwordHash: passwordHash, createdAt: now)),
        .presence(PresenceRecord(user: user, lastActive: now)),
      ]
      try await persistence.commit(changes + (session?.changes ?? []))
      await presence.register(user)
      accounts.apply(changes + (session?.changes ?? []))
      if let device = session?.device { accounts.noteUse(of: device) }
      return session.map(credentials)
        ?? Credentials(userID: user, deviceID: nil, accessToken: nil, homeServer: user.server)
    }
  }

  // MARK: Parts

  private func registrationStage() throws(APIError) -> String {
    switch configuration.registration {
    case .open: return LoginType.dummy
    case .token: return LoginType.registrationToken
    case .closed: throw APIError(403, .forbidden, "This server takes no registrations.")
    }
  }

  private func registrationFailure(_ auth: Authentication) -> MatrixError? {
    guard case .token(let expected) = configuration.registration else { return nil }
    // Digests are compared: how alike two tokens are does not show in how alike their digests are.
    guard let offered = auth.token.flatMap({ AccessToken($0) }), let expected = AccessToken(expected),
      accounts.secrets.digest(of: offered) == accounts.secrets.digest(of: expected)
    else { return MatrixError(.unauthorized, "The registration token is not right.") }
    return nil
  }

  /// The form of 2014, which has its type where later ones have everything else.
  private func checkOldForm(_ wanted: RegisterRequest) throws(APIError) {
    guard case .open = configuration.registration else {
      throw APIError(403, .forbidden, "This server takes registrations with a token only.")
    }
    switch wanted.type {
    case LoginType.password:
      guard wanted.password != nil else {
        throw APIError(400, .missingParameter, "Missing field 'password'.")
      }
    case LoginType.dummy: break
    default: throw APIError(400, .unknown, "Bad login type.")
    }
  }

  /// Longer ones would only be work.
  static let longestPassword = 1024

  private static func check(_ password: String?) throws(APIError) {
    guard let password else { return }
    guard !password.isEmpty else { throw APIError(400, .weakPassword, "The password is empty.") }
    guard password.utf8.count <= longestPassword else {
      throw APIError(400, .tooLarge, "The password may have \(longestPassword) bytes at most.")
    }
  }
}
