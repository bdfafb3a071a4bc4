internal import MatrixWire
internal import Ports

/// Registration (Protocol 2.3).
struct RegistrationEndpoints: Sendable {
  let registration: Homeserver.Registration
  let accounts: AccountRegistry
  let limiter: RequestLimiter
  let passwords: PasswordWork
  let sessions: SessionStarter
  let authentication: UserInteractiveAuthentication

  var endpoints: [Endpoint] {
    [
      Endpoint(.get, ["register"], for: .anyone, answer: flows),
      Endpoint(.post, ["register"], for: .anyone, answer: register),
    ]
  }

  /// What `GET /register` says, which the first version had and some clients still ask.
  private func flows(_ request: RoutedRequest) throws(APIError) -> WireResponse {
    let stage = try stage()
    var flows = [FlowsAnswer.Flow(type: stage, stages: [stage])]
    if case .open = registration { flows.append(.init(type: LoginType.password)) }
    return .json(FlowsAnswer(flows: flows))
  }

  private func register(_ request: RoutedRequest) async throws -> WireResponse {
    switch request.wire.query("kind") ?? "user" {
    case "user": break
    case "guest": throw APIError(403, .guestAccessForbidden, "This server has no guests.")
    default: throw APIError(400, .invalidParameter, "The parameter 'kind' is 'user' or 'guest'.")
    }
    try limiter.charge(.registration, request.requester.subject)
    let stage = try stage()
    let isFirstVersion = request.version == .v1
    let wanted = try WireJSON.decode(RegisterRequest.self, from: request.body)
    let isOld = isFirstVersion && wanted.auth == nil && wanted.type != nil
    let user = try accounts.available(wanted.username ?? (isFirstVersion ? wanted.user : nil))
    try Self.check(wanted.password)
    let wish = LoginWish(
      device: wanted.deviceID, displayName: try LoginNames.deviceName(wanted.deviceDisplayName),
      isRefreshable: wanted.refreshToken == true)
    func make() async throws -> WireResponse {
      let share = PasswordWork.Share(source: request.requester.subject ?? .user(user), isKnown: false)
      let hash: String? =
        if let password = wanted.password { try await passwords.hash(password: password, share) } else { nil }
      return .json(try await sessions.create(user, hash, wanted.inhibitLogin == true ? nil : wish))
    }
    if isOld {
      try checkOldForm(wanted)
      return try await make()
    }
    return try await authentication.challenge(
      wanted.auth, stage: stage, for: .registration, check: { failure($0) }, work: make)
  }

  // MARK: Parts

  private func stage() throws(APIError) -> String {
    switch registration {
    case .open: return LoginType.dummy
    case .token: return LoginType.registrationToken
    case .closed: throw APIError(403, .forbidden, "This server takes no registrations.")
    }
  }

  private func failure(_ auth: Authentication) -> MatrixError? {
    guard case .token(let expected) = registration else { return nil }
    // Digests are compared: how alike two tokens are does not show in how alike their digests are.
    guard let offered = auth.token.flatMap({ AccessToken($0) }), let expected = AccessToken(expected),
      accounts.secrets.digest(of: offered) == accounts.secrets.digest(of: expected)
    else { return MatrixError(.unauthorized, "The registration token is not right.") }
    return nil
  }

  /// The form of 2014, which has its type where later ones have everything else.
  private func checkOldForm(_ wanted: RegisterRequest) throws(APIError) {
    guard case .open = registration else {
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

  private static func check(_ password: String?) throws(APIError) {
    guard let password else { return }
    guard !password.isEmpty else { throw APIError(400, .weakPassword, "The password is empty.") }
    guard password.utf8.count <= PasswordGuard.longestPassword else {
      throw APIError(400, .tooLarge, "The password may have \(PasswordGuard.longestPassword) bytes at most.")
    }
  }
}
