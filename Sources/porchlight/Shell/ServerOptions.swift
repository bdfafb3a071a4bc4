internal import AccountStore
internal import ArgumentParser
internal import LocalServer
internal import MatrixWire
internal import NetworkExchange
internal import PorchlightSDK
internal import Ports

/// Which server a command talks to, and as whom: the default account unless told otherwise, and the offline server as
/// long as there is no account.
struct ServerOptions: ParsableArguments {
  @Flag(
    help: "This machine's own homeserver, where nothing leaves the machine; without an account the default.")
  var offline = false

  @Option(
    help: ArgumentHelp(
      "One of your accounts (porchlight accounts): @ann:example.org, or ann where that is enough.",
      valueName: "account"))
  var account: String?

  @Option(
    name: .customLong("as"),
    help: ArgumentHelp(
      "Who you are on the offline server, or on that of --unix. (default: your login name)", valueName: "name"
    ))
  var name: String?

  @Option(help: ArgumentHelp("Another server, by its base URL; needs --token-file.", valueName: "url"))
  var homeserver: String?

  @Option(
    help: ArgumentHelp(
      "A file that holds an access token of that server, as porchlight login makes it.", valueName: "file"))
  var tokenFile: String?

  @Option(
    help: ArgumentHelp(
      "A server of your own on this machine, by the Unix socket it was started with.", valueName: "path"))
  var unix: String?

  @OptionGroup var network: NetworkOptions

  func validate() throws {
    guard (homeserver == nil) == (tokenFile == nil) else {
      throw ValidationError("--homeserver and --token-file go together")
    }
    let named = [
      ("--offline", offline), ("--account", account != nil), ("--homeserver", homeserver != nil),
      ("--unix", unix != nil),
    ].filter { $0.1 }.map { $0.0 }
    guard named.count <= 1 else {
      throw ValidationError("\(named.joined(separator: " and ")) name two servers; give one")
    }
    guard name == nil || homeserver == nil && account == nil else {
      throw ValidationError(
        "--as goes with --offline or --unix; the token says who you are on another server")
    }
    guard network.caFile == nil || !offline && unix == nil && name == nil else {
      throw ValidationError("--ca-file goes with --homeserver or an account")
    }
    if let homeserver { _ = try Self.address(homeserver) }
  }

  /// A homeserver's base URL, as an address.
  static func address(_ url: String) throws(ValidationError) -> ServerAddress {
    do {
      return try ServerAddress(checking: url)
    } catch {
      // The text itself is not repeated: it may hold a password.
      throw ValidationError(
        "--homeserver takes a URL such as https://example.org, and this one \(error.message)")
    }
  }

  /// The server that was named, or that of the default account; nil where there is neither.
  ///
  /// - Throws: `Failure` where there is no such account, or accounts cannot be read.
  func choice() throws(Failure) -> ServerChoice? {
    if let homeserver, let tokenFile { return .token(url: homeserver, file: tokenFile) }
    if let unix { return .socket(unix) }
    if let account { return .account(try Accounts().named(account)) }
    if offline || name != nil { return .offline }
    return try Accounts.usual().map { .account($0) }
  }

  /// Runs `body` with a session that does not make its user online by itself.
  ///
  /// - Parameters:
  ///   - device: what the session is called where it has to be made; a token has its own.
  ///   - body: what to do with it, and with the offline server where that is meant.
  /// - Throws: `Failure` with the status scripts branch on.
  func withSession(
    as device: SessionDevice = .shell(lifetime: .seconds(3600)),
    _ body: @escaping @Sendable (Session, LocalExchange?) async throws -> Void
  ) async throws {
    try await withSession(on: choice() ?? .offline, as: device, body)
  }

  /// The same, on a server that was chosen already.
  func withSession(
    on choice: ServerChoice, as device: SessionDevice,
    _ body: @escaping @Sendable (Session, LocalExchange?) async throws -> Void
  ) async throws {
    do {
      switch choice {
      case .token(let url, let file):
        try await withRemoteSession(at: url, tokenFile: file) { try await body($0, nil) }
      case .socket(let path):
        try await LocalSession(name: name).overSocket(path, device) { try await body($0, nil) }
      case .offline:
        try await LocalSession(name: name).offline(device) { try await body($0, $1) }
      case .account(let account):
        let accounts = try Accounts()
        let credentials = try await accounts.credentials(of: account)
        try await network.withSession(of: account, credentials, accounts) { try await body($0, nil) }
      }
    } catch let error as SDKError {
      if case .account(let account) = choice, error.code == .loggedOut {
        throw Failure(
          "\(error.message.clause); porchlight login \(account.userID) logs in again",
          status: ExitStatus.notLoggedIn)
      }
      throw Failure(error)
    }
  }

  private func withRemoteSession(
    at url: String, tokenFile: String, _ body: @escaping @Sendable (Session) async throws -> Void
  ) async throws {
    let token = try TokenFile.read(tokenFile)
    try await network.withExchange(to: url) { exchange, address in
      let client = Client(exchange: exchange, time: SystemTimekeeper())
      try await body(try await Self.session(of: client, token, from: tokenFile, at: address))
    }
  }

  /// The session of a token, or what is wrong with the server or the token.
  private static func session(
    of client: Client, _ token: AccessToken, from file: String, at address: ServerAddress
  ) async throws(Failure) -> Session {
    do throws(SDKError) {
      return try await client.session(token: token)
    } catch {
      switch error.code {
      case .loggedOut:
        throw Failure(
          "\(address) does not know the token in \(file) any more: porchlight login makes another",
          status: ExitStatus.notLoggedIn)
      case .refused(let refusal) where [.unrecognized, .unknown].contains(refusal.code):
        // Every homeserver says whose a token is.
        throw Failure("\(address) is no Matrix homeserver: \(error.message)", status: ExitStatus.network)
      default: throw Failure(error)
      }
    }
  }
}

extension NetworkOptions {
  /// Runs `body` with the session of an account, which keeps its tokens whenever they are renewed.
  func withSession(
    of account: Account, _ credentials: Credentials, _ accounts: Accounts,
    _ body: (Session) async throws -> Void
  ) async throws {
    let web = try web()
    try await withExchange(to: account.baseURL.text) { exchange, _ in
      let client = Client(
        exchange: exchange, time: SystemTimekeeper(), keeper: accounts.store.keeper(of: account))
      let session = try client.session(credentials, by: account.oauth.map { OAuthAccess($0, over: web) })
      do {
        try await body(session)
      } catch {
        await session.settle()
        throw error
      }
      await session.settle()
    }
  }
}

extension Failure {
  /// Why a call failed, with the exit status scripts branch on.
  init(_ error: SDKError) {
    let status =
      switch error.code {
      case .unreachable, .disconnected, .badAnswer, .cancelled: ExitStatus.network
      case .rateLimited: ExitStatus.rateLimited
      case .loggedOut: ExitStatus.notLoggedIn
      case .refused(let refusal) where refusal.code == .unrecognized: ExitStatus.noPresence
      case .refused: ExitStatus.failed
      }
    // What the SDK says itself says it all.
    guard case .refused(let refusal) = error.code, status == ExitStatus.noPresence, !refusal.message.isEmpty
    else {
      self.init(error.message, status: status)
      return
    }
    self.init("This server has no presence lists.", status: status)
  }
}
