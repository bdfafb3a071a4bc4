internal import MatrixWire

/// Profiles (protocol 8).
extension Homeserver {
  /// Anybody may ask for the profiles of this server. To ask another server takes a session: whoever could have
  /// any host called could search a network that is not theirs.
  func getProfile(of user: UserID, field: String?, _ request: WireRequest) async throws -> WireResponse {
    var profile = accounts.profile(of: user)
    if user.server != configuration.name, let guests {
      _ = try authenticate(request)
      profile = try await guests.profile(of: user)
    }
    guard let profile else { throw Refusal(404, .notFound, "There is no profile of \(user).") }
    return try Self.answer(profile, field: field, of: user)
  }

  static func answer(_ profile: Profile, field: String?, of user: UserID) throws(Refusal) -> WireResponse {
    switch field {
    case nil: return .json(profile)
    case "displayname": return .json(Profile(displayName: profile.displayName))
    case "avatar_url": return .json(Profile(avatarURL: profile.avatarURL))
    default: throw Refusal(404, .notFound, "\(user) has no such profile field.")
    }
  }

  /// Sets one field; `""` clears it. Others see it with the person's next presence event, which goes out at
  /// once and changes nothing else.
  func setProfile(of user: UserID, field: String, _ request: WireRequest) async throws -> WireResponse {
    _ = try authenticate(request, as: user, "You can only change your own profile.")
    // Every watcher hears of it, as of a change of status.
    try limit(.status, .user(user))
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
    try await turns.take([user]) {
      guard let before = accounts.record(of: user) else { return }
      var after = before
      if field == "displayname" {
        after.profile.displayName = stored
      } else {
        after.profile.avatarURL = stored
      }
      guard after != before else { return }
      await presence.profileWillChange(user)
      try await commit([.account(after)])
      await presence.profileChanged(user)
    }
    return .json(Empty())
  }
}
