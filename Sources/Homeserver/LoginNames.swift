internal import MatrixWire

/// How requests name users and devices when they log in.
enum LoginNames {
  /// The name a login is for, `bob` or `@bob:server`.
  ///
  /// - Throws: 400 where there is none, or one of a kind this server does not know.
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

  /// The user of a server whom a name means; nil for what is no name.
  ///
  /// - Throws: 403 for a user of another server.
  static func user(_ name: String, of server: ServerName) throws(APIError) -> UserID? {
    guard name.hasPrefix("@") else { return UserID(localpart: name.asciiLowercased, server: server) }
    guard let user = UserID(name) else { return nil }
    guard user.server == server else { throw APIError(403, .forbidden, "\(user) belongs to another server.") }
    return UserID(localpart: user.localpart.asciiLowercased, server: server)
  }

  /// A name for a device, where it is not too long.
  static func deviceName(_ name: String?) throws(APIError) -> String? {
    guard let name, name.unicodeScalars.count > 100 else { return name }
    throw APIError(400, .tooLarge, "The name of a device may have 100 characters at most.")
  }
}
