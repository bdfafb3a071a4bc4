internal import ArgumentParser
internal import LocalServer
internal import MatrixWire
internal import NetworkExchange
internal import PorchlightSDK
internal import Ports

/// Which server a command talks to, and as whom: the offline one unless told otherwise.
struct ServerOptions: ParsableArguments {
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

  /// Whether it is the offline one.
  var isOffline: Bool { homeserver == nil && unix == nil }

  func validate() throws {
    guard (homeserver == nil) == (tokenFile == nil) else {
      throw ValidationError("--homeserver and --token-file go together")
    }
    guard homeserver == nil || unix == nil else {
      throw ValidationError("--homeserver and --unix name two servers; give one")
    }
    guard homeserver == nil || name == nil else {
      throw ValidationError(
        "--as goes with --offline or --unix; the token says who you are on another server")
    }
    guard homeserver != nil || network.caFile == nil else {
      throw ValidationError("--ca-file goes with --homeserver")
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
    do {
      if let homeserver, let tokenFile {
        try await withRemoteSession(at: homeserver, tokenFile: tokenFile) { try await body($0, nil) }
      } else if let unix {
        try await LocalSession(name: name).overSocket(unix, device) { try await body($0, nil) }
      } else {
        try await LocalSession(name: name).offline(device) { try await body($0, $1) }
      }
    } catch let error as SDKError {
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
    self.init(
      status == ExitStatus.noPresence ? "This server has no presence lists." : error.message, status: status)
  }
}
