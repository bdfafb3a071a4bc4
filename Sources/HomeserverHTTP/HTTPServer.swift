public import Homeserver
internal import HummingbirdCore
public import Logging
public import MatrixWire
internal import NIOCore
internal import NIOPosix
public import ServiceLifecycle

/// A homeserver over HTTP/1.1: each request becomes a `WireRequest`, each answer bytes.
///
/// A service: graceful shutdown stops listening, lets requests under way be answered for
/// `Limits.shutdown` at most, and returns. Polls end when the homeserver's `run()` is cancelled, so list the
/// homeserver's service after this one: what is listed last is stopped first.
public struct HTTPServer: Service {
  /// Answers a request of a peer.
  public typealias Responder = @Sendable (WireRequest, Peer) async -> WireResponse

  private let endpoints: [Endpoint]
  private let limits: Limits
  private let logger: Logger
  private let respond: Responder
  private let listening: @Sendable (Endpoint) async -> Void

  /// - Parameters:
  ///   - endpoints: where to listen.
  ///   - limits: what clients may send, and how long they may take.
  ///   - logger: for what the network does; never told of tokens or texts.
  ///   - listening: called once per endpoint when it takes connections, with the port the system chose.
  ///   - respond: answers requests; cancelled where the client of a `GET` hung up.
  public init(
    _ endpoints: [Endpoint], limits: Limits = Limits(), logger: Logger,
    listening: @escaping @Sendable (Endpoint) async -> Void = { _ in }, respond: @escaping Responder
  ) {
    self.endpoints = endpoints
    self.limits = limits
    self.logger = logger
    self.listening = listening
    self.respond = respond
  }

  /// The same for a homeserver.
  public init(
    _ homeserver: Homeserver, at endpoints: [Endpoint], limits: Limits = Limits(), logger: Logger,
    listening: @escaping @Sendable (Endpoint) async -> Void = { _ in }
  ) {
    self.init(endpoints, limits: limits, logger: logger, listening: listening) { request, peer in
      await homeserver.respond(to: request, from: peer)
    }
  }

  /// Serves until shutdown begins or the task is cancelled.
  ///
  /// - Throws: `ListenError` where an endpoint cannot be listened on.
  public func run() async throws {
    try await withThrowingDiscardingTaskGroup { group in
      for endpoint in endpoints {
        group.addTask { try await serve(endpoint) }
      }
    }
  }

  private func serve(_ endpoint: Endpoint) async throws {
    let socket = try endpoint.unixPath.map { try UnixSocketFile($0) }
    defer { socket?.remove() }
    let server = Server(
      childChannelSetup: HTTPChannel(limits: limits, isLocal: socket != nil, respond: respond),
      configuration: ServerConfiguration(
        address: endpoint.address, backlog: 4096,
        availableConnectionsDelegate: limits.mostConnections < .max
          ? MaximumAvailableConnections(limits.mostConnections, logger: logger) : nil),
      onServerRunning: { channel in
        socket?.claim()
        await listening(endpoint.bound(to: channel.localAddress))
      },
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
      logger: logger)
    do {
      try await server.run()
    } catch {
      throw ListenError(endpoint, error)
    }
  }
}
