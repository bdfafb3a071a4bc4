internal import ArgumentParser
internal import MatrixWire

/// Somebody, as `@ann:example.org`, or `ann` for somebody of one's own server.
struct PersonArgument: ExpressibleByArgument {
  let text: String

  init?(argument: String) {
    guard !argument.isEmpty else { return nil }
    text = argument
  }

  /// Whom it means to somebody.
  func user(beside own: UserID) throws(Failure) -> UserID {
    let user = text.hasPrefix("@") ? UserID(text) : UserID(localpart: text, server: own.server)
    guard let user else {
      throw Failure("'\(text)' is no user ID; it looks like @ann:example.org", status: ExitStatus.usage)
    }
    return user
  }
}
