public import Homeserver
public import HomeserverHTTP
public import Logging
public import ServiceLifecycle
public import UnixSignals

/// A homeserver as a service: graceful shutdown answers its polls and writes what is not written.
public struct HomeserverService: Service {
  private let homeserver: Homeserver

  public init(_ homeserver: Homeserver) { self.homeserver = homeserver }

  public func run() async throws {
    await cancelWhenGracefulShutdown { await homeserver.run() }
  }
}

extension ServiceGroup {
  /// A homeserver and the network in front of it, stopped in the right order: polls are answered first, then
  /// the connections end.
  ///
  /// - Parameters:
  ///   - homeserver: what answers.
  ///   - endpoints: where it listens.
  ///   - limits: what clients may send.
  ///   - proxies: whose `X-Forwarded-For` says where requests come from.
  ///   - signals: what begins an orderly end.
  ///   - patience: how long that end may take.
  ///   - logger: for what the network does.
  ///   - listening: called once per endpoint that takes connections.
  ///   - willBindAnew: called before a Unix socket whose file is gone gets another; where it throws, it is called again
  ///     a second later.
  public init(
    serving homeserver: Homeserver, at endpoints: [HTTPServer.Endpoint],
    limits: HTTPServer.Limits = HTTPServer.Limits(), forwardedBy proxies: TrustedProxies = TrustedProxies(),
    stoppingAt signals: [UnixSignal] = [],
    within patience: Duration = .seconds(4), logger: Logger,
    listening: @escaping @Sendable (HTTPServer.Endpoint) async -> Void = { _ in },
    willBindAnew: @escaping @Sendable () async throws -> Void = {}
  ) {
    let server = HTTPServer(
      homeserver, at: endpoints, limits: limits, forwardedBy: proxies, logger: logger, listening: listening,
      willBindAnew: willBindAnew)
    var configuration = ServiceGroupConfiguration(
      services: [
        .init(service: server),
        .init(service: HomeserverService(homeserver)),
      ], gracefulShutdownSignals: signals, logger: logger)
    configuration.maximumGracefulShutdownDuration = patience
    self.init(configuration: configuration)
  }
}
