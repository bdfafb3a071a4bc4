internal import Glibc
internal import Homeserver
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// A listening socket, and what becomes of the connections it accepts.
struct Listener: Sendable {
  /// With the port the system chose.
  let endpoint: HTTPServer.Endpoint
  /// How many may wait to be accepted.
  private static let backlog: Int32 = 4096
  private let channel: any Channel
  private let file: UnixSocketFile?

  /// - Throws: `ListenError`.
  init(
    _ endpoint: HTTPServer.Endpoint, _ limits: HTTPServer.Limits, _ proxies: TrustedProxies,
    _ group: MultiThreadedEventLoopGroup, _ dispatchers: [EventLoopDispatcher], _ limiter: ConnectionLimiter,
    _ encryption: NIOSSLContext?
  ) async throws {
    do {
      let file = try endpoint.unixPath.map { try UnixSocketFile($0) }
      let dispatchers = Dictionary(
        dispatchers.map { (ObjectIdentifier($0.loop), $0) }, uniquingKeysWith: { $1 })
      let isLocal = file != nil
      var bootstrap = ServerBootstrap(group: group)
        .serverChannelOption(.backlog, value: Self.backlog)
        .serverChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(AcceptPause(limiter))
            try pipeline.addHandler(ConnectionLimitHandler(limiter))
          }
        }
        .childChannelOption(.allowRemoteHalfClosure, value: true)
        // A connection keeps a buffer for each read of a turn.
        .childChannelOption(.maxMessagesPerRead, value: 1)
        .childChannelInitializer { channel in
          guard let dispatcher = dispatchers[ObjectIdentifier(channel.eventLoop)] else {
            preconditionFailure("a connection on a loop of another group")
          }
          let place = Place(limiter: limiter, id: ObjectIdentifier(channel))
          return Self.setUp(channel, dispatcher, place, limits, proxies, isLocal: isLocal, encryption)
        }
      if !isLocal {
        bootstrap = bootstrap.serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
          .childChannelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
      }
      let channel =
        switch endpoint {
        case .tcp(let host, let port), .tls(let host, let port, _):
          try await bootstrap.bind(host: host, port: port).get()
        case .unix: try await Self.listen(on: file, bootstrap)
        }
      self.file = file
      self.channel = channel
      self.endpoint = endpoint.bound(to: channel.localAddress)
    } catch {
      throw ListenError(endpoint, error)
    }
  }

  private static func listen(
    on file: UnixSocketFile?, _ bootstrap: ServerBootstrap
  ) async throws -> any Channel {
    guard let file else { preconditionFailure("a Unix socket without its file") }
    let descriptor = try file.bind()
    do {
      let channel = try await bootstrap.withBoundSocket(descriptor).get()
      // It listens already, with room for fewer.
      _ = Glibc.listen(descriptor, backlog)
      return channel
    } catch {
      file.remove()
      throw error
    }
  }

  /// Whether clients still find it: false where the file of a Unix socket was removed or replaced.
  var isFound: Bool { file?.isInPlace ?? true }

  /// Accepts no connection any more.
  func close() async {
    try? await channel.close()
    file?.remove()
  }

  private static func setUp(
    _ channel: any Channel, _ dispatcher: EventLoopDispatcher, _ place: Place, _ limits: HTTPServer.Limits,
    _ proxies: TrustedProxies,
    isLocal: Bool, _ encryption: NIOSSLContext?
  ) -> EventLoopFuture<Void> {
    Requester.of(channel, isLocal: isLocal).flatMapThrowing { requester in
      // A buffer of that size is kept for each connection: most requests are smaller.
      try channel.syncOptions?.setOption(
        .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 512, maximum: 16_384))
      var limit = NIOHTTPDecoderLimitConfiguration()
      limit.maxHeaderFieldSize = limits.largestHead
      limit.maxHeaderListSize = limits.largestHead
      limit.maxHeaderFieldCount = limits.mostHeaders
      let handler = ConnectionHandler(dispatcher, place, requester, limits, proxies)
      let pipeline = channel.pipeline.syncOperations
      if let encryption { try pipeline.addHandler(NIOSSLServerHandler(context: encryption)) }
      try pipeline.addHandlers([ByteToMessageHandler(RequestDecoder(limit, handler)), handler])
    }
  }
}
