internal import ArgumentParser
internal import MatrixWire
internal import PorchlightSDK

/// A user, as `@ann:example.org`, or `ann` for a user of one's own server.
struct PersonArgument: ExpressibleByArgument {
  let text: String

  init?(argument: String) { text = argument }

  /// The user it means in a command that invites them.
  func invitee(beside own: UserID) throws(Failure) -> UserID {
    do throws(UserIDProblem) {
      return try UserID.written(text, beside: own)
    } catch {
      throw Failure(error.message, status: ExitStatus.usage)
    }
  }

  /// The user it means in a command about a known one: strange IDs have to be removable as well.
  func known(beside own: UserID) throws(Failure) -> UserID {
    if text.hasPrefix("@"), let user = UserID(text) { return user }
    return try invitee(beside: own)
  }
}

/// Whom a command is about, and on which server.
struct PersonOptions: ParsableArguments {
  @Argument(help: "@ann:example.org, or ann on your own server.")
  var person: PersonArgument

  @OptionGroup var server: ServerOptions

  func run(_ body: @escaping @Sendable (any RosterSource, UserID) async throws -> Void) async throws {
    try await server.withSession { session, local in
      // Before the server is asked anything.
      let user = try person.known(beside: session.userID)
      try await body(try await ServerOptions.source(of: session, isOffline: local != nil), user)
    }
  }

  /// Asks them.
  func invite() async throws {
    try await server.withSession { session, local in
      let own = session.userID
      let user = try person.invitee(beside: own)
      guard local == nil || user.server == own.server else {
        throw Failure("the offline server knows only people on this machine; \(user) cannot be asked")
      }
      try await ServerOptions.source(of: session, isOffline: local != nil).change(.invite(user))
    }
  }
}
