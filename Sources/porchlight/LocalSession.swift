internal import Glibc
internal import Homeserver
internal import LocalServer
internal import Logging
internal import MatrixCrypto
internal import MatrixWire
internal import NetworkExchange
internal import PorchlightSDK
internal import Ports

/// What a session is called where its owner reads about it.
struct SessionDevice {
  let id: String
  let name: String
  /// When the session ends at the latest, should this process be killed; nil lets the next of that name replace it.
  let lifetime: Duration?

  /// A command's, which ends with it.
  static func shell(lifetime: Duration) -> SessionDevice {
    SessionDevice(id: "shell-\(getpid())", name: "porchlight shell", lifetime: lifetime)
  }

  /// The roster's in this terminal.
  static var roster: SessionDevice {
    SessionDevice(
      id: "roster-" + (ProcessEnvironment().terminalName ?? "\(getpid())"), name: "porchlight", lifetime: nil)
  }
}

/// A session of a user on a homeserver of this machine's user, which needs no password: the system vouches for the
/// process.
struct LocalSession {
  /// The name in the user ID; nil for the login name of this user.
  let name: String?

  /// Runs `body` logged in at the offline homeserver, whichever process has it, and logs out afterwards.
  func offline<Value: Sendable>(
    _ device: SessionDevice, _ body: @escaping @Sendable (Session, LocalExchange) async throws -> Value
  ) async throws -> Value {
    guard let folder = ProcessEnvironment().dataFolder else {
      throw Failure("there is no HOME to keep the offline server's data in", status: ExitStatus.usage)
    }
    let user = try user()
    var configuration = Homeserver.Configuration(name: Self.server)
    configuration.localLogin = true
    configuration.registration = .closed
    configuration.rateLimits = .none
    let options = LocalExchange.Options(
      files: ServerFiles(folder: folder + "/offline", userID: geteuid()), configuration: configuration,
      secrets: SystemSecrets(random: SystemRandomNumberGenerator()), random: SystemRandomNumberGenerator(),
      logger: Logger(label: "porchlight", factory: { _ in SwiftLogNoOpLogHandler() }))
    return try await withLocalExchange(options, time: SystemTimekeeper()) { exchange in
      try await Self.run(device, user, over: exchange) { try await body($0, exchange) }
    }
  }

  /// Runs `body` logged in at a server that listens on a socket of this user, and logs out afterwards.
  func overSocket<Value: Sendable>(
    _ path: String, _ device: SessionDevice, _ body: @escaping @Sendable (Session) async throws -> Value
  ) async throws -> Value {
    let user = try user()
    return try await withNetworkExchange(to: try SocketPath.address(path), time: SystemTimekeeper()) {
      exchange in
      try await Self.run(device, user, over: exchange, body)
    }
  }

  private static func run<Value: Sendable>(
    _ device: SessionDevice, _ user: String, over exchange: any Exchange,
    _ body: @Sendable (Session) async throws -> Value
  ) async throws -> Value {
    let session = try await Client(exchange: exchange, time: SystemTimekeeper()).loginLocally(
      user: user, deviceID: DeviceID(device.id), deviceName: device.name, lifetime: device.lifetime)
    let result: Result<Value, any Error>
    do { result = .success(try await body(session)) } catch { result = .failure(error) }
    try? await session.logout()
    return try result.get()
  }

  private static var server: ServerName {
    guard let server = ServerName("localhost") else { preconditionFailure("a constant server name") }
    return server
  }

  /// The name to log in with; the server adds its own.
  private func user() throws(Failure) -> String {
    let wanted = name ?? ProcessEnvironment().userName ?? ""
    guard let user = UserID(localpart: wanted.asciiLowercased, server: Self.server),
      user.isValidForRegistration
    else {
      throw Failure(
        "'\(wanted)' is no user name; --as takes letters, digits and . _ = - / +", status: ExitStatus.usage)
    }
    return String(user.localpart)
  }
}

/// The sockets that servers of this machine listen on.
enum SocketPath {
  /// Where a server is reached by the path of its socket.
  ///
  /// - Throws: `Failure` where the path cannot be one, or where something else has that name.
  static func address(_ path: String) throws(Failure) -> ServerAddress {
    guard (1...107).contains(path.utf8.count), !path.utf8.contains(0) else {
      throw Failure(
        "--unix takes the path of a socket, which has 1 to 107 bytes, not \(path.utf8.count)",
        status: ExitStatus.usage)
    }
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFSOCK {
      throw Failure(
        "\(path) is no socket; --unix takes the path the server was started with", status: ExitStatus.usage)
    }
    return ServerAddress(socket: path)
  }
}
