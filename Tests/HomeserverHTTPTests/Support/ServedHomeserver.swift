public import Homeserver
public import HomeserverHTTP
internal import Logging
public import MatrixWire
internal import PorchlightSDK
internal import PorchlightTestSupport
internal import Ports
internal import ServiceLifecycle

/// A homeserver that is served over HTTP for the length of a test.
public struct ServedHomeserver: Sendable {
  public let homeserver: Homeserver
  public let endpoint: HTTPServer.Endpoint
  private let services: ServiceGroup

  fileprivate init(_ homeserver: Homeserver, _ endpoint: HTTPServer.Endpoint, _ services: ServiceGroup) {
    self.homeserver = homeserver
    self.endpoint = endpoint
    self.services = services
  }

  /// Begins shutdown, as SIGTERM does.
  public func stop() async { await services.triggerGracefulShutdown() }

  /// The token of a new person.
  public func token(of localpart: String) async throws -> AccessToken {
    let request = RegisterRequest(username: localpart, auth: .init(type: "m.login.dummy"))
    let response = await homeserver.respond(to: ClientAPI.register(request), from: .inProcess)
    guard let token = try WireJSON.decode(Credentials.self, from: response.body).accessToken else {
      throw Missing("a token in the answer to a registration")
    }
    return token
  }

  /// A first answer of a user's stream: where their next poll goes on from.
  public func position(of token: AccessToken) async throws -> SyncToken {
    var request = ClientAPI.sync(since: nil, wait: .zero, setPresence: .offline, filter: nil)
    request.accessToken = token
    return try WireJSON.decode(
      SyncAnswer.self, from: await homeserver.respond(to: request, from: .inProcess).body
    ).nextBatch
  }
}

/// What a test needs and does not have.
public struct Missing: Error, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = "missing: \(description)" }
}

/// A homeserver of a test, which meets others where it is told how.
///
/// - Throws: never, but for its name's sake.
public func makeHomeserver(
  meeting federation: Federation? = nil, rateLimits: RateLimits = .none
) throws -> Homeserver {
  guard let name = ServerName("harbor.example") else { throw Missing("a server name") }
  var configuration = Homeserver.Configuration(name: name)
  configuration.batching = .zero
  configuration.rateLimits = rateLimits
  return Homeserver(
    configuration, secrets: TestSecrets(), time: RealTime(), random: SeededGenerator(seed: 1),
    federation: federation)
}

/// Runs `body` beside a served homeserver, then shuts it down gracefully.
///
/// - Parameters:
///   - endpoint: where it listens.
///   - limits: what it takes from clients.
///   - proxies: whose word counts on where requests come from.
///   - rateLimits: how often things may be done.
///   - federation: how it meets others; nil where it meets none.
///   - body: the test.
/// - Returns: what `body` returns.
/// - Throws: what `body` throws, or why nothing could listen.
public func withServedHomeserver<Value: Sendable>(
  at endpoint: HTTPServer.Endpoint = .tcp(host: "127.0.0.1", port: 0),
  limits: HTTPServer.Limits = HTTPServer.Limits(), forwardedBy proxies: TrustedProxies = TrustedProxies(),
  rateLimits: RateLimits = .none, meeting federation: Federation? = nil,
  _ body: @Sendable (ServedHomeserver) async throws -> Value
) async throws -> Value {
  let homeserver = try makeHomeserver(meeting: federation, rateLimits: rateLimits)
  var logger = Logger(label: "test")
  logger.logLevel = .critical
  let (bound, announce) = AsyncStream<HTTPServer.Endpoint>.makeStream()
  let server = HTTPServer(
    homeserver, at: [endpoint], limits: limits, forwardedBy: proxies, logger: logger
  ) { announce.yield($0) }
  let services = ServiceGroup(
    configuration: .init(services: [server, HomeserverService(homeserver: homeserver)], logger: logger))
  return try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask {
      defer { announce.finish() }
      try await services.run()
    }
    guard let endpoint = await bound.first(where: { _ in true }) else {
      try await group.next()
      throw Missing("a server that listens")
    }
    let value = try await body(ServedHomeserver(homeserver, endpoint, services))
    await services.triggerGracefulShutdown()
    try await group.waitForAll()
    return value
  }
}

private struct HomeserverService: Service {
  let homeserver: Homeserver

  func run() async throws {
    await cancelWhenGracefulShutdown { await homeserver.run() }
  }
}
