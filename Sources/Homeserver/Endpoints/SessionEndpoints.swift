internal import MatrixWire
internal import Ports

/// Sessions and devices (Protocol 2.4). A user's devices are shown to no other user.
struct SessionEndpoints: Sendable {
  let server: ServerName
  let accounts: AccountRegistry
  let writer: AccountWriter
  let limiter: RequestLimiter
  let passwords: PasswordGuard
  let authentication: UserInteractiveAuthentication
  let presence: PresenceService
  let lifetimes: TokenLifetimes
  let time: any Timekeeper

  var endpoints: [Endpoint] {
    [
      Endpoint(.get, ["account", "whoami"], for: .session, answer: whoAmI),
      Endpoint(.post, ["refresh"], for: .anyone, answer: refresh),
      Endpoint(.post, ["logout"], for: .session, answer: logout),
      Endpoint(.post, ["logout", "all"], for: .session, answer: logoutAll),
      Endpoint(.get, ["devices"], for: .session, answer: listDevices),
      Endpoint(.get, ["devices", .device], for: .session, answer: getDevice),
      Endpoint(.put, ["devices", .device], for: .session, answer: renameDevice),
      Endpoint(.delete, ["devices", .device], for: .session, answer: deleteDevice),
    ]
  }

  private func whoAmI(_ request: RoutedRequest) throws(APIError) -> WireResponse {
    let device = try request.device
    return .json(Credentials(userID: device.user, deviceID: device.id, accessToken: nil))
  }

  private func refresh(_ request: RoutedRequest) async throws -> WireResponse {
    let token = try WireJSON.decode(RefreshRequest.self, from: request.body).refreshToken
    let user = try Authenticator.valid(accounts.find(token, .refresh, at: time.wallTime)).user
    try limiter.charge(.requests, .user(user))
    return try await writer.locks.withLock([user]) {
      let now = time.wallTime
      // Asked again: the device may have been logged out while others had the lock.
      let record = try Authenticator.valid(accounts.find(token, .refresh, at: now))
      let session = accounts.refresh(with: record, lifetimes, at: now)
      try await writer.commit(session.changes)
      return .json(
        RefreshAnswer(
          accessToken: session.access, refreshToken: session.refresh,
          expiresIn: session.expiresIn?.wholeMilliseconds))
    }
  }

  private func logout(_ request: RoutedRequest) async throws -> WireResponse {
    let device = try request.device
    try await remove(device.id, of: device.user)
    return .json(Empty())
  }

  private func logoutAll(_ request: RoutedRequest) async throws -> WireResponse {
    try await remove(nil, of: request.device.user)
    return .json(Empty())
  }

  // MARK: Devices

  private func listDevices(_ request: RoutedRequest) throws(APIError) -> WireResponse {
    .json(DevicesAnswer(devices: accounts.devices(of: try request.device.user)))
  }

  private func getDevice(_ request: RoutedRequest) throws(APIError) -> WireResponse {
    let named = Device(user: try request.device.user, id: try request.namedDevice)
    guard let found = accounts.description(of: named) else { throw Self.noSuchDevice }
    return .json(found)
  }

  private func renameDevice(_ request: RoutedRequest) async throws -> WireResponse {
    let (user, id) = (try request.device.user, try request.namedDevice)
    let name = try LoginNames.deviceName(
      try WireJSON.decode(DeviceChange.self, from: request.body).displayName)
    try await writer.locks.withLock([user]) {
      guard let found = accounts.description(of: Device(user: user, id: id)) else { throw Self.noSuchDevice }
      guard let name, !found.displayName.hasBytes(of: name) else { return }
      try await writer.commit([.device(DeviceRecord(user: user, id: id, displayName: name))])
    }
    return .json(Empty())
  }

  /// Asks for the password again: a stolen token must not be enough to throw its owner out. Accounts without
  /// a password have nothing else to show.
  private func deleteDevice(_ request: RoutedRequest) async throws -> WireResponse {
    let (session, id) = (try request.device, try request.namedDevice)
    let user = session.user
    let body = request.body.isEmpty ? Array("{}".utf8) : request.body
    let wanted = try WireJSON.decode(DeviceRemoval.self, from: body)
    let hasPassword = accounts.record(of: user)?.passwordHash != nil
    return try await authentication.challenge(
      wanted.auth, stage: hasPassword ? LoginType.password : LoginType.dummy,
      for: .removal(Device(user: user, id: id))
    ) { auth in
      guard hasPassword else { return nil }
      return try await passwordFailure(auth, of: session)
    } work: {
      try await remove(id, of: user)
      return .json(Empty())
    }
  }

  private func passwordFailure(_ auth: Authentication, of session: Device) async throws -> MatrixError? {
    let user = session.user
    // Guesses from elsewhere do not keep a session of the account from its password.
    let guess = passwords.guess(bySessionOn: session)
    try passwords.charge(guess)
    let name = try LoginNames.name(in: auth.identifier, or: auth.user ?? user.rawValue)
    guard let password = auth.password, try LoginNames.user(name, of: server) == user,
      try await passwords.isPassword(password, of: user, named: name, guess.share)
    else { return MatrixError(.forbidden, "Wrong user name or password.") }
    passwords.wasRight(guess)
    return nil
  }

  /// Ends one device of a person, or with nil all of them: tokens, polls and what it said of itself.
  private func remove(_ id: DeviceID?, of user: UserID) async throws {
    try await writer.locks.withLock([user]) {
      let gone = accounts.devices(of: user).map(\.id).filter { id == nil || $0 == id }
      try await writer.commit(gone.map { .removeDevice(user, $0) })
      for id in gone { await presence.removeDevice(Device(user: user, id: id)) }
    }
  }

  private static let noSuchDevice = APIError(404, .notFound, "You have no such device.")
}
