internal import HTTPTestSupport
internal import HomeserverHTTP
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import PorchlightTestSupport
internal import Synchronization

/// A server that does what a test wants, in bytes of the test's own, and remembers what was asked of it.
final class Stub: Sendable {
  /// What to answer a request with.
  struct Reply: Sendable {
    var bytes: String
    var closes = false

    init(_ bytes: String, closes: Bool = false) {
      self.bytes = bytes
      self.closes = closes
    }

    static func ok(_ body: String = "{}", headers: String = "", status: String = "200 OK") -> Reply {
      Reply("HTTP/1.1 \(status)\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    /// Nothing at all.
    static let silence = Reply("")
  }

  struct Seen: Sendable {
    var requests: [HTTPRequestHead] = []
    var bodies: [String] = []
    var connections = 0
    var open = 0
    var mostOpen = 0
  }

  private let state = Mutex(Seen())
  private let respond: @Sendable (HTTPRequestHead, Int) -> Reply

  /// - Parameter respond: told the request and how many came before it.
  init(_ respond: @escaping @Sendable (HTTPRequestHead, Int) -> Reply = { _, _ in .ok() }) {
    self.respond = respond
  }

  var seen: Seen { state.withLock { $0 } }

  /// Runs `body` while it listens on this machine.
  func listen(
    as identity: HTTPServer.TLSIdentity? = nil, port: Int = 0, _ body: (Int) async throws -> Void
  ) async throws {
    let context = try identity.map { identity in
      let chain = try NIOSSLCertificate.fromPEMFile(identity.certificates)
      return try NIOSSLContext(
        configuration: .makeServerConfiguration(
          certificateChain: chain.map { .certificate($0) },
          privateKey: .privateKey(try NIOSSLPrivateKey(file: identity.privateKey, format: .pem))))
    }
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { [self] channel in
        channel.eventLoop.makeCompletedFuture {
          if let context {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
          }
          let pipeline = channel.pipeline.syncOperations
          try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
          try pipeline.addHandler(Handler(self))
        }
      }
      .bind(host: "127.0.0.1", port: port).get()
    do {
      try await body(try server.localAddress.flatMap(\.port).orThrow("a port"))
      try await server.close()
    } catch {
      try? await server.close()
      throw error
    }
  }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    private let stub: Stub
    private var head: HTTPRequestHead?
    private var body = ""

    init(_ stub: Stub) { self.stub = stub }

    func channelActive(context: ChannelHandlerContext) {
      stub.state.withLock { seen in
        seen.connections += 1
        seen.open += 1
        seen.mostOpen = max(seen.mostOpen, seen.open)
      }
    }

    func channelInactive(context: ChannelHandlerContext) { stub.state.withLock { $0.open -= 1 } }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head):
        self.head = head
        body = ""
      case .body(let part): body += String(buffer: part)
      case .end:
        guard let head else { return }
        let count = stub.state.withLock { seen in
          seen.requests.append(head)
          seen.bodies.append(body)
          return seen.requests.count - 1
        }
        let reply = stub.respond(head, count)
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: reply.bytes)), promise: written)
        if reply.closes {
          let channel = context.channel
          written.futureResult.whenComplete { _ in channel.close(promise: nil) }
        }
      }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }
}
