public import MatrixWire

/// Why a written name is no user ID, in words for its writer.
public struct UserIDProblem: Error, Hashable, Sendable, CustomStringConvertible {
  public let message: String

  public var description: String { message }
}

extension UserID {
  /// Reads a user ID as people write it: `@ann:example.org`, or `ann` for a user of one's own server.
  ///
  /// Stricter than the wire, which has to carry whatever accounts there are: the name is about to be invited, and a
  /// slip must not invite a name without an account. Server names are lower-cased.
  ///
  /// - Parameters:
  ///   - text: what was written.
  ///   - own: who writes it.
  /// - Returns: whom it means.
  /// - Throws: `UserIDProblem` where it is no user ID.
  public static func written(_ text: String, beside own: UserID) throws(UserIDProblem) -> UserID {
    guard !text.isEmpty else {
      throw UserIDProblem(message: "a user ID is needed, such as @ann:\(own.server)")
    }
    guard text.utf8.count <= 255 else {
      throw UserIDProblem(message: "a user ID has at most 255 bytes, this has \(text.utf8.count)")
    }
    guard !text.unicodeScalars.contains(where: { $0.properties.isWhitespace || $0.isUnseen }) else {
      throw UserIDProblem(message: "'\(text)' is not a user ID: it holds blanks or characters nobody sees")
    }
    return try text.contains(":") ? elsewhere(text) : here(text, own.server)
  }

  private static func elsewhere(_ text: String) throws(UserIDProblem) -> UserID {
    guard text.hasPrefix("@") else {
      guard let user = UserID("@" + text), !user.localpart.isEmpty else { throw shapeless(text) }
      throw UserIDProblem(message: "did you mean \(user)?")
    }
    guard let user = UserID(text), let server = ServerName(user.server.rawValue.asciiLowercased) else {
      throw shapeless(text)
    }
    guard !user.localpart.isEmpty else {
      throw UserIDProblem(message: "'\(text)' names nobody: there is nothing between @ and the colon")
    }
    return UserID(localpart: user.localpart, server: server) ?? user
  }

  private static func shapeless(_ text: String) -> UserIDProblem {
    UserIDProblem(message: "'\(text)' is not a user ID: it looks like @ann:example.org")
  }

  private static func here(_ text: String, _ server: ServerName) throws(UserIDProblem) -> UserID {
    let name = (text.hasPrefix("@") ? text.dropFirst() : text[...]).asciiLowercased
    if let user = UserID(localpart: name, server: server), user.isValidForRegistration { return user }
    let parts = name.split(separator: "@", omittingEmptySubsequences: false)
    if parts.count == 2, let server = ServerName(parts[1]),
      let user = UserID(localpart: parts[0], server: server),
      user.isValidForRegistration
    {
      throw UserIDProblem(message: "did you mean \(user)?")
    }
    throw UserIDProblem(
      message: "'\(text)' is not a user ID: a name here has letters a to z, digits and . _ = - / +; "
        + "a user elsewhere is @name:server")
  }
}
