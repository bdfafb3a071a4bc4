internal import MatrixWire

/// Profile fields beside name and picture (Protocol 8; Matrix v1.16, "Profiles"). A change is told to no stream:
/// clients that ask see it.
extension Homeserver {
  /// Sets a field to any JSON value.
  func setProfileField(_ field: ProfileField, of user: UserID, _ request: WireRequest) async throws
    -> WireResponse
  {
    let value = try field.value(in: request.body)
    try await changeProfileField(field, of: user, to: value)
    return .json(Empty())
  }

  /// Takes a field away, where it is set.
  func deleteProfileField(of user: UserID, field name: String, _ request: WireRequest) async throws
    -> WireResponse
  {
    _ = try authenticate(request, as: user, "You can only change your own profile.")
    try limit(.status, .user(user))
    let field = try ProfileField(name)
    if field.isNameOrPicture {
      try await changeProfile(of: user, field: name, to: nil)
    } else {
      try await changeProfileField(field, of: user, to: nil)
    }
    return .json(Empty())
  }

  private func changeProfileField(_ field: ProfileField, of user: UserID, to value: [UInt8]?) async throws {
    try await locks.withLock([user]) {
      guard let before = accounts.publicProfile(of: user), before.fields[field.name] != value else { return }
      var fields = before.fields
      fields[field.name] = value
      try Self.checkSize(PublicProfile(before.profile, fields: fields), after: before)
      try await commit([.profileField(ProfileFieldRecord(user: user, name: field.name, value: value))])
    }
  }

  /// - Throws: 400 `M_PROFILE_TOO_LARGE` where a profile grows beyond what one may hold.
  static func checkSize(_ profile: PublicProfile, after before: PublicProfile) throws(APIError) {
    let size = profile.body.count
    guard size <= PublicProfile.largest || size <= before.body.count else {
      throw APIError(
        400, .profileTooLarge, "A profile may have \(PublicProfile.largest) bytes; this would be \(size).")
    }
  }
}
