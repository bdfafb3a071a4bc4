internal import MatrixWire

extension UserID {
  /// A user who is to be invited, as a client names them. Stricter than what has to be read: an ID with a typing error
  /// is no account's, and its invite would wait for a month.
  ///
  /// - Throws: `M_INVALID_PARAM` for an ID nobody has, with what is wrong with it.
  static func invited(_ text: String, by server: ServerName) throws(MatrixError) -> UserID {
    guard let written = UserID(text) else {
      throw MatrixError(.invalidParameter, "'\(text)' is not a user ID.")
    }
    // Names of hosts know no case, and nobody looks for an upper-case one twice.
    let host = written.server.rawValue.asciiLowercased
    let isOwn = host == server.rawValue.asciiLowercased
    guard let home = isOwn ? server : ServerName(host),
      let user = UserID(localpart: written.localpart, server: home)
    else { throw MatrixError(.invalidParameter, "'\(text)' is not a user ID.") }
    guard !isOwn || user.isValidForRegistration else {
      throw MatrixError(
        .invalidParameter,
        "'\(user.localpart)' is no name on this server; a user elsewhere is @name:server.")
    }
    // Old servers have people with other names than are given today, but none that cannot be seen.
    guard !user.localpart.isEmpty, user.localpart.unicodeScalars.allSatisfy(\.isVisible) else {
      throw MatrixError(.invalidParameter, "'\(text)' has a name that is empty or cannot be read.")
    }
    return user
  }
}

extension Unicode.Scalar {
  fileprivate var isVisible: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .surrogate, .unassigned,
      .privateUse:
      false
    default: true
    }
  }
}
