internal import MatrixWire

/// Profiles (Protocol 8).
struct ProfileEndpoints: Sendable {
  let server: ServerName
  let accounts: AccountRegistry
  let authenticator: Authenticator
  let writer: AccountWriter
  let presence: PresenceService
  /// Nil where no other server is met.
  let federationClient: FederationClient?

  var endpoints: [Endpoint] {
    let owner = Endpoint.Access.owner("You can only change your own profile.")
    return [
      Endpoint(.get, ["profile", .user], for: .anyone) { try await getProfile($0, field: nil) },
      Endpoint(.get, ["profile", .user, .text], for: .anyone) {
        try await getProfile($0, field: try $0.text)
      },
      // Every watcher hears of it, as of a change of status.
      Endpoint(.put, ["profile", .user, .text], for: owner, counts: .status, answer: setProfile),
      Endpoint(.delete, ["profile", .user, .text], for: owner, counts: .status, answer: deleteProfileField),
    ]
  }

  /// Any client may ask for the profiles of this server. To ask another server takes a session: a client that could
  /// have any host called could search a network that is not its own.
  private func getProfile(_ request: RoutedRequest, field: String?) async throws -> WireResponse {
    let user = try request.user
    var profile = accounts.publicProfile(of: user)
    if user.server != server, let federationClient {
      _ = try authenticator.token(of: request.wire)
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
  private func setProfile(_ request: RoutedRequest) async throws -> WireResponse {
    let (user, field) = (try request.user, try request.text)
    let name = try ProfileField(field)
    guard name.isNameOrPicture else {
      try await changeField(name, of: user, to: try name.value(in: request.body))
      return .json(Empty())
    }
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

  /// Changes name or picture, and tells those who see the user.
  private func changeProfile(of user: UserID, field: String, to value: String?) async throws {
    try await writer.locks.withLock([user]) {
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
      try await writer.commit([.account(after)])
      await presence.profileChanged(user)
    }
  }

  // MARK: Other fields

  /// Takes a field away, where it is set.
  private func deleteProfileField(_ request: RoutedRequest) async throws -> WireResponse {
    let (user, name) = (try request.user, try request.text)
    let field = try ProfileField(name)
    if field.isNameOrPicture {
      try await changeProfile(of: user, field: name, to: nil)
    } else {
      try await changeField(field, of: user, to: nil)
    }
    return .json(Empty())
  }

  /// Sets a field beside name and picture to any JSON value (Matrix v1.16, "Profiles"). A change is told to no stream:
  /// clients that ask see it.
  private func changeField(_ field: ProfileField, of user: UserID, to value: [UInt8]?) async throws {
    try await writer.locks.withLock([user]) {
      guard let before = accounts.publicProfile(of: user), before.fields[field.name] != value else { return }
      var fields = before.fields
      fields[field.name] = value
      try Self.checkSize(PublicProfile(before.profile, fields: fields), after: before)
      try await writer.commit([.profileField(ProfileFieldRecord(user: user, name: field.name, value: value))])
    }
  }

  /// - Throws: 400 `M_PROFILE_TOO_LARGE` where a profile grows beyond what one may hold.
  private static func checkSize(_ profile: PublicProfile, after before: PublicProfile) throws(APIError) {
    let size = profile.body.count
    guard size <= PublicProfile.largest || size <= before.body.count else {
      throw APIError(
        400, .profileTooLarge, "A profile may have \(PublicProfile.largest) bytes; this would be \(size).")
    }
  }
}
