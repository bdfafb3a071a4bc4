internal import ArgumentParser
internal import Glibc
internal import Homeserver
internal import LocalServer
internal import Logging
internal import MatrixCrypto
internal import MatrixWire
internal import NetworkExchange
internal import PorchlightConfig
internal import PorchlightSDK
internal import Ports

/// Which server a command talks to, and as whom: the one of this machine unless told otherwise.
struct ServerOptions: ParsableArguments {
  @Option(
    name: .customLong("as"),
    help: ArgumentHelp("Who you are on the offline server. (default: your login name)", valueName: "name"))
  var name: String?

  @Option(help: ArgumentHelp("Another server, by its base URL; needs --token-file.", valueName: "url"))
  var homeserver: String?

  @Option(help: ArgumentHelp("A file that holds an access token of that server.", valueName: "file"))
  var tokenFile: String?

  func validate() throws {
    guard (homeserver == nil) == (tokenFile == nil) else {
      throw ValidationError("--homeserver and --token-file go together")
    }
    guard homeserver == nil || name == nil else {
      throw ValidationError("--as is for the offline server; the token says who you are on another")
    }
    if let homeserver, ServerAddress(url: homeserver) == nil {
      // Not repeated: it may hold a password.
      throw ValidationError(
        "--homeserver takes a URL such as https://example.org, without a password or a query")
    }
  }

  /// Runs `body` with a session that makes nobody online by itself.
  ///
  /// - Parameters:
  ///   - lifetime: when a local session ends at the latest, should this process be killed.
  ///   - body: what to do with it.
  /// - Throws: `Failure` with the status scripts branch on.
  func withSession(
    lifetime: Duration = .seconds(3600), _ body: @escaping @Sendable (Session) async throws -> Void
  ) async throws {
    do {
      if let homeserver, let tokenFile {
        try await withRemoteSession(at: homeserver, tokenFile: tokenFile, body)
      } else {
        try await LocalSession(name: name).run(
          device: "shell-\(getpid())", deviceName: "porchlight shell", lifetime: lifetime
        ) { session, _ in try await body(session) }
      }
    } catch let error as SDKError {
      throw Failure(error)
    }
  }

  private func withRemoteSession(
    at url: String, tokenFile: String, _ body: @escaping @Sendable (Session) async throws -> Void
  ) async throws {
    guard let server = ServerAddress(url: url) else { throw ExitCode(ExitStatus.usage) }
    let token = try Self.readToken(tokenFile)
    try await withNetworkExchange(to: server) { exchange in
      let client = Client(exchange: exchange, time: SystemTimekeeper())
      try await body(try await client.session(token: token))
    }
  }

  private static func readToken(_ path: String) throws(Failure) -> AccessToken {
    let text: String
    do throws(TextFile.Problem) {
      text = try TextFile.read(path)
    } catch {
      let reason =
        switch error {
        case .missing: "there is no such file";
        case .failed(let why): why
        }
      throw Failure("the token file \(path): \(reason)", status: ExitStatus.notLoggedIn)
    }
    let line = text.split(whereSeparator: \.isWhitespace)
    guard line.count == 1, line[0].utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      let token = AccessToken(String(line[0]))
    else {
      throw Failure(
        "the token file \(path) has to hold one access token and nothing else",
        status: ExitStatus.notLoggedIn)
    }
    return token
  }
}

extension Failure {
  /// Why a call failed, with the exit status scripts branch on.
  init(_ error: SDKError) {
    let status =
      switch error.code {
      case .unreachable, .badAnswer, .cancelled: ExitStatus.network
      case .rateLimited: ExitStatus.rateLimited
      case .loggedOut: ExitStatus.notLoggedIn
      case .refused(let refusal) where refusal.code == .unrecognized: ExitStatus.noPresence
      case .refused: ExitStatus.failed
      }
    self.init(
      status == ExitStatus.noPresence ? "This server has no presence lists." : error.message, status: status)
  }
}
