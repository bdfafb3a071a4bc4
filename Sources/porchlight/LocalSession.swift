internal import Glibc
internal import Homeserver
internal import LocalServer
internal import Logging
internal import MatrixCrypto
internal import MatrixWire
internal import PorchlightSDK
internal import Ports

/// A session of somebody on this machine's own homeserver, which needs no password: the system vouches for
/// whoever asks.
struct LocalSession {
  /// The name in the user ID; nil for the login name of this user.
  let name: String?

  /// Runs `body` logged in, and logs out afterwards. A session with a lifetime ends by itself where that is prevented.
  func run<Value: Sendable>(
    device: String, deviceName: String, lifetime: Duration? = nil,
    _ body: @escaping @Sendable (Session, LocalExchange) async throws -> Value
  ) async throws -> Value {
    let surroundings = Surroundings()
    guard let folder = surroundings.dataFolder else {
      throw Failure("there is no HOME to keep the offline server's data in", status: ExitStatus.usage)
    }
    guard let server = ServerName("localhost") else { preconditionFailure("a constant server name") }
    guard let user = user(on: server, surroundings) else {
      throw Failure(
        "'\(name ?? surroundings.userName ?? "")' is no user name; --as takes letters, digits and . _ = - / +",
        status: ExitStatus.usage)
    }
    var configuration = Homeserver.Configuration(name: server)
    configuration.localLogin = true
    configuration.registration = .closed
    configuration.rateLimits = .none
    let options = LocalExchange.Options(
      files: ServerFiles(folder: folder + "/offline", userID: geteuid()), configuration: configuration,
      secrets: SystemSecrets(random: SystemRandomNumberGenerator()), random: SystemRandomNumberGenerator(),
      logger: Logger(label: "porchlight", factory: { _ in SwiftLogNoOpLogHandler() }))
    let time = SystemTimekeeper()
    return try await withLocalExchange(options, time: time) { exchange in
      let session = try await Client(exchange: exchange, time: time).loginLocally(
        user: String(user.localpart), deviceID: DeviceID(device), deviceName: deviceName, lifetime: lifetime)
      let result: Result<Value, any Error>
      do { result = .success(try await body(session, exchange)) } catch { result = .failure(error) }
      try? await session.logout()
      return try result.get()
    }
  }

  private func user(on server: ServerName, _ surroundings: Surroundings) -> UserID? {
    let wanted = (name ?? surroundings.userName)?.lowercased()
    return wanted.flatMap { UserID(localpart: $0, server: server) }.flatMap {
      $0.isValidForRegistration ? $0 : nil
    }
  }
}
