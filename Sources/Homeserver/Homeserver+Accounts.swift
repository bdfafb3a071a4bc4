internal import MatrixWire
internal import Ports

/// Versions, registration, sessions and profiles (protocol 1.6, 2.3, 2.4, 8).
extension Homeserver {
  func answer(
    _ route: Route.AccountRoute, _ request: WireRequest, _ version: APIVersion, from peer: Peer
  ) async throws -> WireResponse {
    switch route {
    case .register: try await register(request)
    case .whoAmI: try await whoAmI(request)
    case .logout: try await logout(request, all: false)
    case .logoutAll: try await logout(request, all: true)
    default: throw Refusal(404, .unrecognized, "There is no such endpoint here.")
    }
  }

  func versions() -> WireResponse {
    .json(
      VersionsAnswer(
        versions: ["v1.1"],
        unstableFeatures: [
          UnstablePrefix.namespace: true, UnstablePrefix.key("hidden"): true,
          UnstablePrefix.key("free_for_chat"): true,
        ]))
  }

  /// `POST /register` by the `m.login.dummy` flow. This server keeps no passwords yet, and says so instead
  /// of dropping one.
  func register(_ request: WireRequest) async throws -> WireResponse {
    let wanted = try WireJSON.decode(RegisterRequest.self, from: request.body)
    let user = try accounts.available(wanted.username)
    guard wanted.password == nil else {
      throw Refusal(400, .invalidParameter, "This server keeps no passwords; register without one.")
    }
    guard let auth = wanted.auth, auth.type == "m.login.dummy",
      auth.session.map({ accounts.closeChallenge($0, at: time.instant) }) ?? true
    else {
      let challenge = AuthenticationChallenge(
        flows: [.init(stages: ["m.login.dummy"])], session: accounts.openChallenge(at: time.instant))
      return .json(challenge, status: 401)
    }
    try accounts.register(user)
    await presence.register(user)
    guard wanted.inhibitLogin != true else {
      return .json(Credentials(userID: user, deviceID: nil, accessToken: nil))
    }
    return .json(accounts.logIn(user, device: wanted.deviceID))
  }

  func whoAmI(_ request: WireRequest) async throws -> WireResponse {
    let device = try authenticate(request)
    return .json(Credentials(userID: device.user, deviceID: device.id, accessToken: nil))
  }

  func logout(_ request: WireRequest, all: Bool) async throws -> WireResponse {
    let device = try authenticate(request)
    for gone in accounts.logOut(device.user, device: all ? nil : device.id) {
      await presence.removeDevice(Device(user: device.user, id: gone))
    }
    return .json(Empty())
  }

  func getProfile(of user: UserID, field: String?) throws(Refusal) -> WireResponse {
    guard let profile = accounts.profile(of: user) else {
      throw Refusal(404, .notFound, "There is no profile of \(user).")
    }
    switch field {
    case nil: return .json(profile)
    case "displayname": return .json(Profile(displayName: profile.displayName))
    case "avatar_url": return .json(Profile(avatarURL: profile.avatarURL))
    default: throw Refusal(404, .notFound, "\(user) has no such profile field.")
    }
  }

  /// Sets one field; `""` clears it. Others see it with the person's next presence event, which goes out at
  /// once and changes nothing else (protocol 8).
  func setProfile(of user: UserID, field: String, _ request: WireRequest) async throws -> WireResponse {
    let device = try authenticate(request)
    guard device.user == user else {
      throw Refusal(403, .forbidden, "You can only change your own profile.")
    }
    let wanted = try WireJSON.decode(Profile.self, from: request.body)
    let (value, limit) =
      switch field {
      case "displayname": (wanted.displayName, 256)
      case "avatar_url": (wanted.avatarURL, 1000)
      default: throw Refusal(400, .invalidParameter, "There is no profile field '\(field)' here.")
      }
    guard let value else { throw Refusal(400, .missingParameter, "Missing field '\(field)'.") }
    guard value.unicodeScalars.count <= limit else {
      throw Refusal(400, .tooLarge, "'\(field)' may have \(limit) characters at most.")
    }
    let stored = value.isEmpty ? nil : value
    let changed = accounts.changeProfile(of: user) { profile in
      if field == "displayname" { profile.displayName = stored } else { profile.avatarURL = stored }
    }
    if changed { await presence.profileChanged(user) }
    return .json(Empty())
  }
}
