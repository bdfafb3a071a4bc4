internal import ArgumentParser
internal import MatrixWire
internal import NetworkExchange
internal import PorchlightSDK
internal import Ports

/// `porchlight login`: a password becomes a token in a file.
struct LoginCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "login", abstract: "Get an access token for an account, or make the account.",
    discussion: """
      The password is asked for at the terminal, or is the first line of standard input. It is not kept; the token \
      is, in a file nobody else may read.
      """)

  @Option(help: ArgumentHelp("The homeserver, by its base URL.", valueName: "url"))
  var homeserver: String

  @Option(
    name: .customLong("as"), help: ArgumentHelp("The account: ann, or @ann:example.org.", valueName: "name"))
  var name: String

  @Option(help: ArgumentHelp("Where the token goes; another token there is replaced.", valueName: "file"))
  var tokenFile: String

  @OptionGroup var network: NetworkOptions

  @Flag(help: "Make the account first.")
  var register = false

  @Option(help: ArgumentHelp("What the server asks for that does not take everybody.", valueName: "token"))
  var registrationToken: String?

  func validate() throws {
    _ = try ServerOptions.address(homeserver)
    guard register || registrationToken == nil else {
      throw ValidationError("--registration-token goes with --register")
    }
    guard !name.isEmpty else { throw ValidationError("--as takes a name, not ''") }
    guard !register || !name.contains(where: { "@:".contains($0) }) else {
      throw ValidationError("--register takes a bare name, such as ann; the server adds its own")
    }
  }

  func run() async throws {
    try TokenFile.prepare(tokenFile)
    let password = try Password.read(confirmed: register)
    try await network.withExchange(to: homeserver) { exchange, _ in
      let client = Client(exchange: exchange, time: SystemTimekeeper())
      let session: Session
      do throws(SDKError) {
        session = try await begin(client, password)
      } catch {
        if register, let words = explanation(of: await client.registrationFlows()) {
          throw Failure("\(homeserver) \(words)")
        }
        throw Failure(error, loggingInAt: homeserver)
      }
      do throws(Failure) {
        guard let token = session.credentials.accessToken else { throw Failure("the server gave no token") }
        try TokenFile.write(token, to: tokenFile)
      } catch {
        // A session that no client can go on with is not left behind.
        try? await session.logout()
        throw error
      }
      Output.line("Logged in as \(Output.identifier(session.userID))")
    }
  }

  /// Why the server makes no account for what was given, as the end of a sentence about it, and what to give instead;
  /// nil where the way that was taken is one of its own.
  private func explanation(of flows: [[String]]) -> String? {
    let given = registrationToken == nil ? LoginType.dummy : LoginType.registrationToken
    guard !flows.isEmpty, !flows.contains([given]) else { return nil }
    if flows.contains([LoginType.registrationToken]) {
      return "makes accounts for those who have a token: give it with --registration-token"
    }
    if flows.contains([LoginType.dummy]) { return "asks for no token: leave --registration-token out" }
    let stages = Set(flows.joined()).sorted().joined(separator: ", ")
    return "makes accounts only in ways of its own (\(stages)): "
      + "use another client, then log in without --register"
  }

  private func begin(_ client: Client, _ password: String) async throws(SDKError) -> Session {
    guard register else {
      return try await client.login(user: name, password: password, deviceName: "porchlight")
    }
    return try await client.register(
      username: name, password: password, token: registrationToken, deviceName: "porchlight")
  }
}

/// `porchlight logout`: the session of a token ends, and its file goes.
struct LogoutCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logout", abstract: "End the session of a token, and remove its file.")

  @Option(help: ArgumentHelp("The homeserver, by its base URL.", valueName: "url"))
  var homeserver: String

  @Option(help: ArgumentHelp("The file that holds the token.", valueName: "file"))
  var tokenFile: String

  @OptionGroup var network: NetworkOptions

  func validate() throws { _ = try ServerOptions.address(homeserver) }

  func run() async throws {
    let token = try TokenFile.read(tokenFile)
    try await network.withExchange(to: homeserver) { exchange, _ in
      do throws(SDKError) {
        try await Client(exchange: exchange, time: SystemTimekeeper()).session(token: token).logout()
      } catch {
        // A token the server does not know any more is what was wanted.
        guard error.code == .loggedOut else { throw Failure(error) }
      }
    }
    try TokenFile.remove(tokenFile)
  }
}

extension Failure {
  /// What went wrong before there was a session.
  fileprivate init(_ error: SDKError, loggingInAt url: String) {
    switch error.code {
    case .refused(let refusal) where refusal.code == .forbidden:
      self.init(refusal.message, status: ExitStatus.notLoggedIn)
    case .refused(let refusal) where [.unrecognized, .unknown].contains(refusal.code):
      self.init("\(url) is no Matrix homeserver: \(error.message)", status: ExitStatus.network)
    case .refused, .loggedOut: self.init(error.message, status: ExitStatus.failed)
    default: self.init(error)
    }
  }
}
