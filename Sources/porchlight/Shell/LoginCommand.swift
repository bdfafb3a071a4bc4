internal import ArgumentParser
internal import MatrixWire
internal import NetworkExchange
internal import PorchlightSDK
internal import Ports

/// `porchlight login`: an account that every command knows from then on, or a token in a file.
struct LoginCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "login", abstract: "Log in to a Matrix account, or make one.",
    discussion: """
      For example: porchlight login @ann:example.org

      Finds the homeserver of the user ID, unless --homeserver says where it is, and takes the best way to log in that \
      the server offers: a page that you open in a browser, here or on another device, or the password, which is \
      asked for at the terminal, or is the first line of standard input. The password is not kept; the session is, \
      in your state folder where nobody else may read it, or in the keyring of your desktop (--keyring).

      With --token-file the session is not kept as an account: its token goes into that file, for scripts.
      """)

  @Argument(help: "@ann:example.org; or ann, with --homeserver.")
  var user: String?

  @Option(help: ArgumentHelp("The homeserver, by its base URL.", valueName: "url"))
  var homeserver: String?

  @Option(name: .customLong("as"), help: ArgumentHelp("The same as the user ID in front.", valueName: "name"))
  var name: String?

  @Option(
    help: ArgumentHelp(
      "Where the token goes, in place of an account; another token there is replaced.", valueName: "file"))
  var tokenFile: String?

  @OptionGroup var network: NetworkOptions

  @OptionGroup var secrets: SecretOptions

  @Flag(help: "Keep the tokens in the keyring of the desktop, by secret-tool.")
  var keyring = false

  @Flag(help: "Make the account first.")
  var register = false

  @Option(help: ArgumentHelp("What the server asks for that does not take everybody.", valueName: "token"))
  var registrationToken: String?

  func validate() throws {
    if let homeserver { _ = try ServerOptions.address(homeserver) }
    guard user == nil || name == nil else { throw ValidationError("give the user ID once, without --as") }
    guard let given = user ?? name else {
      throw ValidationError("whose account? For example: porchlight login @ann:example.org")
    }
    guard !given.isEmpty else { throw ValidationError("--as takes a name, not ''") }
    guard homeserver != nil || UserID(given) != nil else {
      throw ValidationError(
        "'\(given)' does not say on which server: give @\(given.first == "@" ? "ann" : given):example.org, or --homeserver URL"
      )
    }
    guard register || registrationToken == nil else {
      throw ValidationError("--registration-token goes with --register")
    }
    guard !register || !given.contains(where: { "@:".contains($0) }) else {
      throw ValidationError("--register takes a bare name, such as ann; the server adds its own")
    }
    guard !register || !secrets.isToken else {
      throw ValidationError("--register takes a password, not a token")
    }
    guard tokenFile == nil || homeserver != nil else {
      throw ValidationError("--token-file goes with --homeserver")
    }
    guard tokenFile == nil || !secrets.isToken && !keyring else {
      throw ValidationError("--token-file goes with a password; accounts take tokens and the keyring")
    }
  }

  private var given: String { user ?? name ?? "" }

  func run() async throws {
    guard let tokenFile, let homeserver else {
      try await AccountLogin(command: self, given: given).run()
      return
    }
    try TokenFile.prepare(tokenFile)
    let password = try await secrets.password(confirmed: register)
    try await network.withExchange(to: homeserver) { exchange, _ in
      let client = Client(exchange: exchange, time: SystemTimekeeper())
      let session = try await session(of: client, password, at: homeserver, isRefreshable: false)
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

  /// A session by a password, or of a new account.
  ///
  /// - Parameters:
  ///   - client: the homeserver.
  ///   - password: of the account.
  ///   - url: where the homeserver is, for messages.
  ///   - isRefreshable: whether the tokens can be kept when they are renewed.
  ///   - device: a device to go on with.
  /// - Returns: the session.
  /// - Throws: `Failure`.
  func session(
    of client: Client, _ password: String, at url: String, isRefreshable: Bool, device: DeviceID? = nil
  ) async throws(Failure) -> Session {
    do throws(SDKError) {
      guard register else {
        return try await client.login(
          user: given, password: password, deviceID: device, deviceName: "porchlight",
          isRefreshable: isRefreshable)
      }
      return try await client.register(
        username: given, password: password, token: registrationToken, deviceName: "porchlight",
        isRefreshable: isRefreshable)
    } catch {
      if register, let words = explanation(of: await client.registrationFlows()) {
        throw Failure("\(url) \(words)")
      }
      throw Failure(error, loggingInAt: url)
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
}

extension Failure {
  /// What went wrong before there was a session.
  init(_ error: SDKError, loggingInAt url: String) {
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
