internal import Homeserver
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// A listening socket, and what becomes of the connections it accepts.
struct Listener: Sendable {
  /// With the port the system chose.
  let endpoint: HTTPServer.Endpoint
  private let channel: any Channel
  private let file: UnixSocketFile?

  /// - Throws: `ListenError`.
  init(
    _ endpoint: HTTPServer.Endpoint, _ limits: HTTPServer.Limits, _ group: MultiThreadedEventLoopGroup,
    _ desks: [Desk]
  ) async throws {
    do {
      let file = try endpoint.unixPath.map { try UnixSocketFile($0) }
      let desks = Dictionary(desks.map { (ObjectIdentifier($0.loop), $0) }, uniquingKeysWith: { $1 })
      let isLocal = file != nil
      let encryption = try endpoint.encryption
      var bootstrap = ServerBootstrap(group: group)
        .serverChannelOption(.backlog, value: 4096)
        // Thousands may come at once, as after a restart.
        .serverChannelOption(.maxMessagesPerRead, value: UInt(limits.mostConnections < .max ? 1 : 256))
        .serverChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            guard limits.mostConnections < .max else { return }
            try channel.pipeline.syncOperations.addHandler(Doorkeeper(most: limits.mostConnections))
          }
        }
        .childChannelOption(.allowRemoteHalfClosure, value: true)
        .childChannelInitializer { channel in
          guard let desk = desks[ObjectIdentifier(channel.eventLoop)] else {
            preconditionFailure("a connection on a loop of another group")
          }
          return Self.setUp(channel, desk, limits, isLocal: isLocal, encryption)
        }
      if !isLocal {
        bootstrap = bootstrap.serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
          .childChannelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
      }
      let channel =
        switch endpoint {
        case .tcp(let host, let port), .tls(let host, let port, _):
          try await bootstrap.bind(host: host, port: port).get()
        case .unix(let path):
          try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
        }
      file?.claim()
      self.file = file
      self.channel = channel
      self.endpoint = endpoint.bound(to: channel.localAddress)
    } catch {
      throw ListenError(endpoint, error)
    }
  }

  /// Accepts nobody any more.
  func close() async {
    try? await channel.close()
    file?.remove()
  }

  private static func setUp(
    _ channel: any Channel, _ desk: Desk, _ limits: HTTPServer.Limits, isLocal: Bool,
    _ encryption: NIOSSLContext?
  ) -> EventLoopFuture<Void> {
    Peer.of(channel, isLocal: isLocal).flatMapThrowing { peer in
      // The parser keeps a buffer of that size for each connection: most requests are smaller.
      try channel.syncOptions?.setOption(
        .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 512, maximum: 65_536))
      var limit = NIOHTTPDecoderLimitConfiguration()
      limit.maxHeaderFieldSize = limits.largestHead
      limit.maxHeaderListSize = limits.largestHead
      limit.maxHeaderFieldCount = limits.mostHeaders
      let handler = ConnectionHandler(desk, peer, limits, isEncrypted: encryption != nil)
      let pipeline = channel.pipeline.syncOperations
      if let encryption {
        try pipeline.addHandlers([NIOSSLServerHandler(context: encryption), TextWitness(handler)])
      }
      try pipeline.addHandlers([
        ByteToMessageHandler(HTTPRequestDecoder(limitConfiguration: limit)), handler,
      ])
    }
  }
}

extension HTTPServer.Endpoint {
  fileprivate var encryption: NIOSSLContext? {
    get throws {
      guard case .tls(_, _, let identity) = self else { return nil }
      do {
        let certificates = try NIOSSLCertificate.fromPEMFile(identity.certificates)
        var configuration = TLSConfiguration.makeServerConfiguration(
          certificateChain: certificates.map { .certificate($0) },
          privateKey: .privateKey(try NIOSSLPrivateKey(file: identity.privateKey, format: .pem)))
        configuration.applicationProtocols = ["http/1.1"]
        return try NIOSSLContext(configuration: configuration)
      } catch {
        throw ListenError(
          .refused, "\(identity.certificates) and \(identity.privateKey) are no certificate and key: \(error)"
        )
      }
    }
  }
}

/// Tells a connection that its client said something, which under encryption not every byte does.
private final class TextWitness: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let connection: ConnectionHandler

  init(_ connection: ConnectionHandler) { self.connection = connection }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    connection.hasReadText = true
    context.fireChannelRead(data)
  }
}
