internal import Glibc
public import Homeserver
internal import HomeserverHTTP
internal import Logging
internal import MatrixWire
public import Ports
internal import PresenceCore

/// The homeserver that is measured, the whole of a child process. It prints the port it listens on, and whatever a
/// client has to know, one line each, and then `ready`.
public enum BenchServer {
  static let name = "bench.example"

  /// A homeserver with one user whom all others watch.
  ///
  /// - Parameters:
  ///   - store: where everything goes.
  ///   - watchers: how many watch; a line with token and position is printed for each.
  ///   - secrets: keeps tokens.
  ///   - time: the server's clock.
  ///   - random: where tokens come from.
  /// - Throws: where nothing can listen.
  public static func serveHomeserver(
    on store: any ServerStore, watchers: Int, secrets: any SecretHasher, time: any Timekeeper,
    random: some RandomNumberGenerator & Sendable
  ) async throws {
    guard let name = ServerName(name) else { preconditionFailure("a constant server name") }
    var configuration = Homeserver.Configuration(name: name)
    configuration.autoAccept = .always
    configuration.rateLimits = .none
    let homeserver = Homeserver(
      configuration, stored: try await store.load(for: name), store: store, secrets: secrets, time: time,
      random: random)
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { await homeserver.run() }
      let subject = try await register("subject", homeserver)
      say("subject \(subject.rawValue)")
      for number in 0..<watchers {
        let token = try await register("watcher\(number)", homeserver)
        guard let observed = UserID("@subject:\(name)") else { preconditionFailure("a constant user ID") }
        var invite = ClientAPI.changePresenceList(PresenceListRequest(invite: [observed]))
        invite.accessToken = token
        _ = await homeserver.respond(to: invite, from: .inProcess)
        var sync = ClientAPI.sync(since: nil, wait: .zero, setPresence: .offline, filter: nil)
        sync.accessToken = token
        let answer = try WireJSON.decode(
          SyncAnswer.self, from: await homeserver.respond(to: sync, from: .inProcess).body)
        say("watcher \(token.rawValue) \(answer.nextBatch.rawValue)")
      }
      try await HTTPServer(
        homeserver, at: [.tcp(host: "127.0.0.1", port: 0)],
        logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
      ) { endpoint in
        if case .tcp(_, let port) = endpoint { say("port \(port)\nready") }
      }.run()
      group.cancelAll()
    }
  }

  private static func register(_ name: String, _ homeserver: Homeserver) async throws -> AccessToken {
    let request = RegisterRequest(username: name, auth: .init(type: "m.login.dummy"))
    let response = await homeserver.respond(to: ClientAPI.register(request), from: .inProcess)
    guard let token = try WireJSON.decode(Credentials.self, from: response.body).accessToken else {
      throw BenchError("The server to be measured made no session: \(response.status)")
    }
    return token
  }

  static let constant =
    #"{"account_data":{"events":[]},"next_batch":"p0_1234","presence":{"events":[{"content":{"avatar_url":"","#
    + #""currently_active":true,"displayname":"","last_active_ago":12,"presence":"online","status_msg":"change 1234"},"#
    + #""sender":"@subject:bench.example","type":"m.presence"}]},"rooms":{"invite":{},"join":{},"leave":{}}}"#

  private static func say(_ line: String) {
    print(line)
    fflush(nil)
  }
}

/// Why something could not be measured.
public struct BenchError: Error, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}
