internal import ArgumentParser
internal import MatrixWire
internal import PorchlightSDK

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

/// Whom a command is about, and on which server.
struct PersonOptions: ParsableArguments {
  @Argument(help: "@ann:example.org, or ann on your own server.")
  var person: PersonArgument

  @OptionGroup var server: ServerOptions

  func run(_ body: @escaping @Sendable (Session, UserID) async throws -> Void) async throws {
    try await server.withSession { session in
      try await body(session, try person.user(beside: session.userID))
    }
  }
}
