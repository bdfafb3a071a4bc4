internal import MatrixWire

/// Profiles (Protocol 8).
extension Homeserver {
  /// Any client may ask for the profiles of this server. To ask another server takes a session: a client that could
  /// have any host called could search a network that is not its own.
  func getProfile(of user: UserID, field: String?, _ request: WireRequest) async throws -> WireResponse {
    var profile = accounts.publicProfile(of: user)
    if user.server != configuration.name, let federationClient {
      _ = try authenticate(request)
      profile = try await federationClient.profile(of: user)
    }
    guard let profile else { throw APIError(404, .notFound, "There is no profile of \(user).") }
    return try Self.answer(profile, field: field, of: user)
  }

  /// Everything in a profile, or one field of it. Name and picture are fields everybody has, set or not.
  static func answer(
    _ profile: PublicProfile, field: String?, of user: UserID
  ) throws(APIError) -> WireResponse {
    guard let field else { return .stream(profile.body) }
    if let body = profile.body(of: field) { return .stream(body) }
    guard field == ProfileField.displayName || field == ProfileField.avatarURL else {
      throw APIError(404, .notFound, "\(user) has no such profile field.")
    }
    return .json(Empty())
  }

  /// Sets one field; `""` clears it. Others see it with the person's next presence event, which goes out at
  /// once and changes nothing else.
  func setProfile(of user: UserID, field: String, _ request: WireRequest) async throws -> WireResponse {
    _ = try authenticate(request, as: user, "You can only change your own profile.")
    // Every watcher hears of it, as of a change of status.
    try limit(.status, .user(user))
    let name = try ProfileField(field)
    guard name.isNameOrPicture else { return try await setProfileField(name, of: user, request) }
    let wanted = try WireJSON.decode(Profile.self, from: request.body)
    let isName = field == ProfileField.displayName
    let (value, limit) = isName ? (wanted.displayName, 256) : (wanted.avatarURL, 1000)
    guard let value else { throw APIError(400, .missingParameter, "Missing field '\(field)'.") }
    guard value.unicodeScalars.count <= limit else {
      throw APIError(400, .tooLarge, "'\(field)' may have \(limit) characters at most.")
    }
    try await changeProfile(of: user, field: field, to: value.isEmpty ? nil : value)
    return .json(Empty())
  }

  /// Changes name or picture, and tells those who see the person.
  func changeProfile(of user: UserID, field: String, to value: String?) async throws {
    try await locks.withLock([user]) {
      guard let before = accounts.record(of: user), let whole = accounts.publicProfile(of: user) else {
        return
      }
      var after = before
      if field == ProfileField.displayName {
        after.profile.displayName = value
      } else {
        after.profile.avatarURL = value
      }
      guard after != before else { return }
      try Self.checkSize(PublicProfile(after.profile, fields: whole.fields), after: whole)
      try await commit([.account(after)])
      await presence.profileChanged(user)
    }
  }
}
