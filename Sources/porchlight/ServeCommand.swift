internal import ArgumentParser
internal import Glibc
internal import Homeserver
internal import HomeserverHTTP
internal import HomeserverSQLite
internal import LocalServer
internal import Logging
internal import MatrixCrypto
internal import MatrixWire
internal import NetworkExchange
internal import PeerNetwork
internal import Ports
internal import PresenceCore
internal import ServiceLifecycle
internal import SmallFiles
internal import UnixSignals

/// `porchlight serve`: the reference homeserver over HTTP.
struct ServeCommand: AsyncParsableCommand {
  enum Registration: String, ExpressibleByArgument, CaseIterable {
    case open, token, closed
  }

  enum LogLevel: String, ExpressibleByArgument, CaseIterable {
    case trace, debug, info, notice, warning, error, critical

    var level: Logger.Level { Logger.Level(rawValue: rawValue) ?? .notice }
  }

  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Run the homeserver for other terminals, scripts and clients.",
    discussion: """
      Prints one line when it listens, on standard output; everything else goes to standard error. SIGTERM and \
      SIGINT answer waiting polls, write what is not written and end with 0. SIGHUP reads the certificate anew.
      """)

  @Option(
    help: ArgumentHelp("The name in everybody's user ID; it stays with the database.", valueName: "name"))
  var serverName: String

  @Option(help: ArgumentHelp("Where to listen; port 0 lets the system choose.", valueName: "host:port"))
  var listen: String?

  @Option(
    help: ArgumentHelp(
      "Where clients reach the server, for /.well-known/matrix/client. (default: https://NAME)",
      valueName: "url"))
  var publicUrl: String?

  @Option(help: ArgumentHelp("A Unix socket to listen on as well, for this user only.", valueName: "path"))
  var unix: String?

  @Option(
    help: ArgumentHelp(
      "The database, or :memory: for none. (default: porchlight/NAME.sqlite in your data folder)",
      valueName: "file"))
  var database: String?

  @Option(help: "Who may register: open, token or closed.")
  var registration = Registration.closed

  @Option(help: ArgumentHelp("What --registration token asks for.", valueName: "token"))
  var registrationToken: String?

  @Option(
    help: ArgumentHelp(
      "Who is accepted without being asked: never (nobody), reverse (whom the person asked "
        + "sees already), shared-room (and users in a room with them) or always. (default: reverse)",
      valueName: "policy"),
    transform: { text in
      guard let policy = AutoAccept(rawValue: text) else {
        throw ValidationError("--auto-accept takes never, reverse, shared-room or always, not '\(text)'")
      }
      return policy
    })
  var autoAccept = AutoAccept.reverse

  @Option(
    help: ArgumentHelp("scrypt's cost as a power of two, from 1 to 18. (default: 15)", valueName: "number"),
    transform: wholeNumber("--password-cost", SystemSecrets.costs))
  var passwordCost = 15

  @Option(help: ArgumentHelp("A certificate chain for TLS on --listen, as PEM.", valueName: "file"))
  var tlsCertificate: String?

  @Option(help: ArgumentHelp("The certificate's key, as PEM.", valueName: "file"))
  var tlsKey: String?

  @Option(
    help: ArgumentHelp(
      "A proxy in front, by its address (or a network, as 10.0.0.0/8), whose X-Forwarded-For says where "
        + "requests come from. Repeatable; nobody else's counts.", valueName: "address"),
    transform: { text in
      guard let network = IPNetwork(text) else {
        throw ValidationError(
          "--forwarded-by takes an address, such as 127.0.0.1 or 10.0.0.0/8, not '\(text)'")
      }
      return network
    })
  var forwardedBy: [IPNetwork] = []

  @OptionGroup(title: "Rooms")
  var rooms: RoomOptions

  @OptionGroup(title: "Other homeservers")
  var others: FederationOptions

  @Flag(inversion: .prefixedNo, help: "Limit how often one user or address may ask.")
  var rateLimits = true

  @Option(help: "How much to log: trace, debug, info, notice, warning, error or critical.")
  var logLevel = LogLevel.notice

  /// Host names know no capitals, and two servers must not differ by them.
  private var name: ServerName? { ServerName(serverName.asciiLowercased) }

  func validate() throws {
    guard let name else {
      throw ValidationError("--server-name takes a host name, perhaps with a port, not '\(serverName)'")
    }
    guard !others.peer.contains(where: { $0.name == name }) else {
      throw ValidationError("--peer \(name) is this server itself")
    }
    guard listen != nil || unix != nil else {
      throw ValidationError("give --listen HOST:PORT or --unix PATH")
    }
    if let listen, ListenAddress(listen) == nil {
      throw ValidationError("--listen takes HOST:PORT, such as 127.0.0.1:8008, not '\(listen)'")
    }
    if let publicUrl {
      do throws(SettingProblem) {
        _ = try ServerAddress(checking: publicUrl)
      } catch {
        throw ValidationError(
          "--public-url takes a URL such as https://matrix.example.org: it \(error.message)")
      }
    }
    guard registrationToken != "" else { throw ValidationError("--registration-token takes a token, not ''") }
    guard (registration == .token) == (registrationToken != nil) else {
      throw ValidationError("--registration token and --registration-token go together")
    }
    guard forwardedBy.isEmpty || listen != nil else {
      throw ValidationError("--forwarded-by goes with --listen: proxies are told by their addresses")
    }
    guard (tlsCertificate == nil) == (tlsKey == nil), tlsKey == nil || listen != nil else {
      throw ValidationError("--tls-certificate and --tls-key go together, and with --listen")
    }
  }

  func run() async throws {
    guard let name else { throw ExitCode(ExitStatus.usage) }
    // Until there is a certificate to read anew, the signal that asks for it says nothing.
    signal(SIGHUP, SIG_IGN)
    var limits = HTTPServer.Limits()
    let files = FilePlan(
      files: FileLimit.raise(), processors: FileLimit.processors, hasSocket: unix != nil,
      meetsOthers: others.federation)
    limits.mostConnections = files.network
    limits.mostLocalConnections = files.local
    HTTPServer.prepareMemory()
    var logger = Logger(label: "porchlight", factory: { TerminalLogHandler(label: $0) })
    logger.logLevel = logLevel.level
    let path = try databasePath(for: name)
    let (lock, store) = try openStore(path)
    defer { lock?.release() }
    let stored: StoredServer
    do { stored = try await store.load(for: name) } catch { throw Failure(error.message) }
    do {
      guard others.federation else {
        return try await serve(name, stored, store, meeting: nil, limits: limits, logger: logger)
      }
      if stored.starts > 1, let key = others.keyFile(beside: path), access(key, F_OK) != 0 {
        logger.notice(
          "\(key) is missing: a new signing key is made. Servers that knew the old one take a while.")
      }
      try await withPeerNetwork(
        others.network(within: files), time: SystemTimekeeper(), random: SystemRandomNumberGenerator()
      ) { network in
        var federation = try others.federation(over: network, database: path)
        federation.notice = { [logger] in logger.notice("\($0)") }
        try await serve(name, stored, store, meeting: federation, limits: limits, logger: logger)
      }
    } catch let error as ExchangeError {
      throw Failure(error.message)
    }
  }

  private func serve(
    _ name: ServerName, _ stored: StoredServer, _ store: any ServerStore, meeting federation: Federation?,
    limits: HTTPServer.Limits, logger: Logger
  ) async throws {
    let identity = identity
    let endpoints = endpoints(with: identity)
    let homeserver = Homeserver(
      configuration(name), stored: stored, store: store,
      secrets: SystemSecrets(cost: passwordCost, random: SystemRandomNumberGenerator()),
      time: SystemTimekeeper(), random: SystemRandomNumberGenerator(), federation: federation)
    let services = ServiceGroup(
      serving: homeserver, at: endpoints, limits: limits, forwardedBy: TrustedProxies(forwardedBy),
      stoppingAt: [.sigterm, .sigint], logger: logger,
      listening: Announcement(endpoints: endpoints.count, name: name).listening)
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          await CertificateReload(identity: identity, time: SystemTimekeeper(), logger: logger).run()
        }
        defer { group.cancelAll() }
        try await services.run()
      }
    } catch let error as ListenError {
      throw Failure(error.message)
    }
  }

  private func configuration(_ name: ServerName) -> Homeserver.Configuration {
    var configuration = Homeserver.Configuration(name: name)
    configuration.version = Porchlight.version
    configuration.publicURL = publicUrl.flatMap { ServerAddress(url: $0)?.description }
    configuration.autoAccept = autoAccept
    configuration.presenceSharing = rooms.sharing
    configuration.localLogin = unix != nil
    if !rateLimits { configuration.rateLimits = .none }
    configuration.registration =
      switch registration {
      case .open: .open
      case .token: .token(registrationToken ?? "")
      case .closed: .closed
      }
    return configuration
  }

  /// Where the database is; nil for none.
  private func databasePath(for name: ServerName) throws -> String? {
    guard database != ":memory:" else { return nil }
    if let database {
      // A slip in a path is not to become a folder somewhere.
      let folder = PrivateFile.folder(of: database)
      guard access(folder, F_OK) == 0 else {
        throw Failure("the database: the folder \(folder) does not exist")
      }
      return database
    }
    do throws(FileProblem) { return try Self.usualDatabase(of: name) } catch { throw Failure(error.message) }
  }

  private func openStore(_ path: String?) throws -> (FileLock?, any ServerStore) {
    guard let path else {
      return (nil, MemoryServerStore(lives: UInt64(UInt32.random(in: .min ... .max))))
    }
    do throws(StoreError) {
      // The lock is a file beside it.
      try DatabaseFile.makeFolder(of: path)
      guard let lock = try FileLock.acquire(for: path) else {
        throw StoreError(.inUse, "Another porchlight has the database \(path) open.")
      }
      return (lock, try SQLiteServerStore(path: path))
    } catch {
      throw Failure(error.message)
    }
  }

  private static func usualDatabase(of name: ServerName) throws(FileProblem) -> String {
    guard let folder = ProcessEnvironment().dataFolder else {
      throw FileProblem("There is no HOME to keep the database in; give --database FILE.")
    }
    try PrivateFolder.make(folder)
    return "\(folder)/\(name.rawValue).sqlite"
  }

  private var identity: HTTPServer.TLSIdentity? {
    guard let tlsCertificate, let tlsKey else { return nil }
    return HTTPServer.TLSIdentity(certificates: tlsCertificate, privateKey: tlsKey)
  }

  private func endpoints(with identity: HTTPServer.TLSIdentity?) -> [HTTPServer.Endpoint] {
    let address = listen.flatMap { ListenAddress($0) }
    var endpoints: [HTTPServer.Endpoint] = []
    if let address, let identity {
      endpoints.append(.tls(host: address.host, port: address.port, identity))
    } else if let address {
      endpoints.append(.tcp(host: address.host, port: address.port))
    }
    if let unix { endpoints.append(.unix(path: unix)) }
    return endpoints
  }
}
