internal import MatrixWire
internal import Ports

/// Sessions and devices (Protocol 2.4). A user's devices are shown to no other user.
extension Homeserver {
  func whoAmI(_ request: WireRequest) throws -> WireResponse {
    let device = try authenticate(request)
    return .json(Credentials(userID: device.user, deviceID: device.id, accessToken: nil))
  }

  func refresh(_ request: WireRequest) async throws -> WireResponse {
    let token = try WireJSON.decode(RefreshRequest.self, from: request.body).refreshToken
    let user = try Self.valid(accounts.find(token, .refresh, at: time.wallTime)).user
    try limit(.requests, .user(user))
    return try await locks.withLock([user]) {
      let now = time.wallTime
      // Asked again: the device may have been logged out while others had the turn.
      let record = try Self.valid(accounts.find(token, .refresh, at: now))
      let session = accounts.refresh(with: record, configuration.tokenLifetimes, at: now)
      try await commit(session.changes)
      return .json(
        RefreshAnswer(
          accessToken: session.access, refreshToken: session.refresh,
          expiresIn: session.expiresIn?.wholeMilliseconds))
    }
  }

  func logout(_ request: WireRequest, all: Bool) async throws -> WireResponse {
    let device = try authenticate(request)
    try await remove(all ? nil : device.id, of: device.user)
    return .json(Empty())
  }

  // MARK: Devices

  func listDevices(_ request: WireRequest) throws -> WireResponse {
    .json(DevicesAnswer(devices: accounts.devices(of: try authenticate(request).user)))
  }

  func getDevice(_ id: DeviceID, _ request: WireRequest) throws -> WireResponse {
    let user = try authenticate(request).user
    guard let found = accounts.description(of: Device(user: user, id: id)) else { throw Self.noSuchDevice }
    return .json(found)
  }

  func renameDevice(_ id: DeviceID, _ request: WireRequest) async throws -> WireResponse {
    let user = try authenticate(request).user
    let name = try Self.checked(try WireJSON.decode(DeviceChange.self, from: request.body).displayName)
    try await locks.withLock([user]) {
      guard let found = accounts.description(of: Device(user: user, id: id)) else { throw Self.noSuchDevice }
      guard let name, name != found.displayName else { return }
      try await commit([.device(DeviceRecord(user: user, id: id, displayName: name))])
    }
    return .json(Empty())
  }

  /// Asks for the password again: a stolen token must not be enough to throw its owner out. Accounts without
  /// a password have nothing else to show.
  func deleteDevice(_ id: DeviceID, _ request: WireRequest) async throws -> WireResponse {
    let session = try authenticate(request)
    let user = session.user
    let body = request.body.isEmpty ? Array("{}".utf8) : request.body
    let wanted = try WireJSON.decode(DeviceRemoval.self, from: body)
    let hasPassword = accounts.record(of: user)?.passwordHash != nil
    return try await challenge(
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
    // Strangers who guess at the account do not keep a session of it from its password.
    let guess = guess(bySessionOn: session)
    try charge(guess)
    let name = try Self.name(in: auth.identifier, or: auth.user ?? user.rawValue)
    guard let password = auth.password, try localUser(name) == user,
      try await isPassword(password, of: user, named: name, guess.share)
    else { return MatrixError(.forbidden, "Wrong user name or password.") }
    for subject in guess.subjects { refund(.failedLogin, subject) }
    return nil
  }

  /// Ends one device of a person, or with nil all of them: tokens, polls and what it said of itself.
  private func remove(_ id: DeviceID?, of user: UserID) async throws {
    try await locks.withLock([user]) {
      let gone = accounts.devices(of: user).map(\.id).filter { id == nil || $0 == id }
      try await commit(gone.map { .removeDevice(user, $0) })
      for id in gone { await presence.removeDevice(Device(user: user, id: id)) }
    }
  }

  /// Ends the devices of programs that were killed before they logged out, whose sessions have ended by
  /// themselves. What cannot be stored now is done at the next start.
  func removeExpired() async {
    for device in accounts.expired(at: time.wallTime) {
      try? await locks.withLock([device.user]) {
        // Asked again: another client may have logged in on it while others had the turn.
        guard accounts.isExpired(device, at: time.wallTime) else { return }
        try await commit([.removeDevice(device.user, device.id)])
        await presence.removeDevice(device)
      }
    }
  }

  private static let noSuchDevice = APIError(404, .notFound, "You have no such device.")
}
