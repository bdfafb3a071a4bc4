internal import HTTPTestSupport
internal import Homeserver
internal import HomeserverHTTP
internal import MatrixWire
internal import NetworkExchange
internal import PorchlightSDK
internal import Ports
internal import Testing

/// The ways to a homeserver that the contract holds for. A new one is added here and runs all of it.
enum Way: CaseIterable, Sendable, CustomTestStringConvertible {
  case inProcess
  case tcp
  case tls
  case unix

  /// A homeserver, and the way to it.
  struct World: Sendable {
    let exchange: any Exchange
    let homeserver: Homeserver
    /// Begins the server's end, and returns at once.
    let stop: @Sendable () async -> Void

    var client: Client { Client(exchange: exchange, time: RealTime()) }

    func send(_ request: WireRequest, as token: AccessToken? = nil) async throws -> WireResponse {
      var request = request
      request.accessToken = token ?? request.accessToken
      return try await exchange.send(request)
    }

    /// The token of a new person.
    func register(_ localpart: String) async throws -> AccessToken {
      let request = RegisterRequest(username: localpart, auth: .init(type: "m.login.dummy"))
      let response = try await exchange.send(ClientAPI.register(request))
      guard let token = try WireJSON.decode(Credentials.self, from: response.body).accessToken else {
        throw Missing("a token in the answer to a registration")
      }
      return token
    }

    /// A poll that goes on from now.
    func poll(of token: AccessToken, wait: Duration = .seconds(30)) async throws -> WireRequest {
      let first = ClientAPI.sync(since: nil, wait: .zero, setPresence: .offline, filter: nil)
      let answer = try WireJSON.decode(SyncAnswer.self, from: try await send(first, as: token).body)
      var poll = ClientAPI.sync(
        since: answer.nextBatch, wait: wait, setPresence: .offline, filter: nil)
      poll.accessToken = token
      return poll
    }

    func parkedPolls(reach count: Int) async -> Bool {
      await eventually(within: .seconds(100)) { homeserver.waitingPolls == count }
    }
  }

  var testDescription: String { "\(self)" }

  func run<Value: Sendable>(_ body: @Sendable (World) async throws -> Value) async throws -> Value {
    switch self {
    case .inProcess:
      let homeserver = try makeHomeserver()
      return try await withThrowingTaskGroup(of: Void.self) { group in
        let (stops, stop) = AsyncStream<Void>.makeStream()
        group.addTask {
          await withDiscardingTaskGroup { inner in
            inner.addTask { await homeserver.run() }
            for await _ in stops {}
            inner.cancelAll()
          }
        }
        let value = try await body(
          World(exchange: InProcessExchange(homeserver), homeserver: homeserver) { stop.finish() })
        stop.finish()
        try await group.waitForAll()
        return value
      }
    case .tcp: return try await overNetwork(.tcp(host: "127.0.0.1", port: 0), body)
    case .tls:
      let folder = try TemporaryFolder()
      defer { withExtendedLifetime(folder) {} }
      let identity = try TestIdentity.write(to: folder)
      return try await overNetwork(
        .tls(host: "127.0.0.1", port: 0, identity),
        authorities: try TrustedCertificates(file: identity.certificates), body)
    case .unix:
      let folder = try TemporaryFolder()
      defer { withExtendedLifetime(folder) {} }
      return try await overNetwork(.unix(path: folder.path + "/socket"), body)
    }
  }

  private func overNetwork<Value: Sendable>(
    _ endpoint: HTTPServer.Endpoint, authorities: TrustedCertificates? = nil,
    _ body: @Sendable (World) async throws -> Value
  ) async throws -> Value {
    try await withServedHomeserver(at: endpoint) { server in
      try await withNetworkExchange(
        to: try address(of: server.endpoint), authorities: authorities, time: RealTime()
      ) {
        exchange in
        try await body(
          World(exchange: exchange, homeserver: server.homeserver) { await server.stop() })
      }
    }
  }
}

/// Where a client finds what listens there.
func address(of endpoint: HTTPServer.Endpoint) throws -> ServerAddress {
  switch endpoint {
  case .unix(let path): return ServerAddress(socket: path)
  case .tcp, .tls:
    let scheme = if case .tls = endpoint { "https" } else { "http" }
    guard let address = ServerAddress(url: "\(scheme)://\(endpoint)/") else { throw Missing("an address") }
    return address
  }
}
