internal import Glibc
public import Homeserver
internal import HomeserverHTTP
internal import Logging
internal import MatrixWire
public import Ports
internal import PresenceCore
internal import RoomCore

/// The homeserver that is measured, the whole of a child process. It prints the port it listens on, and whatever a
/// client has to know, one line each, and then `ready`.
public struct BenchServer: Sendable {
  static let name = "bench.example"

  private let time: any Timekeeper
  private let start: @Sendable () async throws -> Homeserver

  /// - Parameters:
  ///   - openStore: opens that where everything goes; a homeserver closes it in the end.
  ///   - secrets: keeps tokens.
  ///   - time: the server's clock.
  ///   - random: where tokens come from.
  public init(
    on openStore: @escaping @Sendable () throws -> any ServerStore, secrets: any SecretHasher,
    time: any Timekeeper, random: some RandomNumberGenerator & Sendable
  ) {
    self.time = time
    start = {
      let store = try openStore()
      return Homeserver(
        Self.configuration, stored: try await store.load(for: Self.serverName), store: store,
        secrets: secrets, time: time, random: random)
    }
  }

  private static var serverName: ServerName {
    guard let name = ServerName(name) else { preconditionFailure("a constant server name") }
    return name
  }

  private static var configuration: Homeserver.Configuration {
    var configuration = Homeserver.Configuration(name: serverName)
    configuration.autoAccept = .always
    configuration.rateLimits = .none
    configuration.presenceSharing.largestRoom = .max
    return configuration
  }

  /// Serves users of whom all watch one, until it is cancelled.
  ///
  /// A line with token and position is printed for each watcher.
  ///
  /// - Parameter population: who is there.
  /// - Throws: where nothing can listen.
  public func serve(_ population: BenchPopulation) async throws {
    let homeserver = try await start()
    let accounts = try await running(homeserver) { homeserver in
      let accounts = try await homeserver.fill(population)
      if !population.hasRooms { try await serve(accounts, on: homeserver) }
      return accounts
    }
    guard population.hasRooms else { return }
    // What is asked of rooms first after a start comes from the disk.
    try await running(try await start()) { try await serve(accounts, on: $0) }
  }

  private func serve(_ accounts: Homeserver.Accounts, on homeserver: Homeserver) async throws {
    for token in accounts.watchers {
      say("watcher \(token.rawValue) \(try await homeserver.position(of: token).rawValue)")
    }
    try await listen(homeserver)
  }

  /// Serves an empty server until it is cancelled, and prints every second how many polls wait, as `polls N`.
  ///
  /// - Throws: where nothing can listen.
  public func serveOpenly() async throws {
    try await running(try await start()) { homeserver in
      try await withThrowingDiscardingTaskGroup { group in
        group.addTask {
          while true {
            try await time.sleep(until: time.instant + .seconds(1))
            say("polls \(homeserver.waitingPolls)")
          }
        }
        try await listen(homeserver)
        group.cancelAll()
      }
    }
  }

  private func running<Result>(
    _ homeserver: Homeserver, _ body: (Homeserver) async throws -> Result
  ) async throws -> Result {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await homeserver.run() }
      defer { group.cancelAll() }
      return try await body(homeserver)
    }
  }

  private func listen(_ homeserver: Homeserver) async throws {
    try await HTTPServer(
      homeserver, at: [.tcp(host: "127.0.0.1", port: 0)],
      logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
    ) { endpoint in
      if case .tcp(_, let port) = endpoint { say("port \(port)\nready") }
    }.run()
  }

  static let constant =
    #"{"account_data":{"events":[]},"next_batch":"p0_1234","presence":{"events":[{"content":{"avatar_url":"","#
    + #""currently_active":true,"displayname":"","last_active_ago":12,"presence":"online","status_msg":"change 1234"},"#
    + #""sender":"@subject:bench.example","type":"m.presence"}]},"rooms":{"invite":{},"join":{},"leave":{}}}"#
}

/// Prints a line that the measuring process reads.
func say(_ line: String) {
  print(line)
  fflush(nil)
}

/// Why something could not be measured.
public struct BenchError: Error, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}
