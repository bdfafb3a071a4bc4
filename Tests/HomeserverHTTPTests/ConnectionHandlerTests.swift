internal import HTTPTestSupport
internal import MatrixWire
internal import NIOCore
internal import NIOEmbedded
internal import NIOHTTP1
internal import PorchlightTestSupport
internal import Ports
internal import Testing

@testable internal import Homeserver
@testable internal import HomeserverHTTP

/// One connection without a socket, on an event loop that the test drives.
@Suite struct ConnectionHandlerTests {
  /// Counts what the parser hands on.
  private final class PartCounter: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    private(set) var count = 0

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      count += 1
      context.fireChannelRead(data)
    }
  }

  /// A connection that answers when the test says so: nobody takes its requests in.
  private struct Connection {
    let handler: ConnectionHandler
    private let channel = EmbeddedChannel()
    private let parts = PartCounter()
    private let token: AccessToken

    init(to homeserver: Homeserver, _ token: AccessToken) throws {
      self.token = token
      let requests = RequestHandler(
        respond: { _, _ in WireResponse(status: 500, body: []) }, homeserver: homeserver)
      let limits = HTTPServer.Limits()
      handler = ConnectionHandler(
        EventLoopDispatcher(channel.eventLoop, requests, MemoryBudget(bytes: limits.memory), RealTime()),
        Place(limiter: ConnectionLimiter(most: 1, grace: .zero), id: ObjectIdentifier(channel)), .inProcess,
        limits, TrustedProxies())
      try channel.pipeline.syncOperations.addHandlers([
        ByteToMessageHandler(RequestDecoder(NIOHTTPDecoderLimitConfiguration(), handler)), parts, handler,
      ])
      channel.pipeline.fireChannelActive()
    }

    var isWaiting: Bool { handler.phase == .answering }
    var parsed: Int { parts.count }

    func poll(since: String, timeout: Int = 30_000) throws {
      try channel.writeInbound(
        ByteBuffer(
          string: "GET /_matrix/client/v3/sync?timeout=\(timeout)&since=\(since) HTTP/1.1\r\nHost: h\r\n"
            + "Authorization: Bearer \(token.rawValue)\r\n\r\n"))
    }

    func answer() { handler.answer(WireResponse(status: 200, body: [])) }

    /// Whether what its client sends is read.
    var isRead: Bool {
      channel.options.compactMap { $0.value as? Bool }.last ?? true
    }

    func wait(_ span: TimeAmount) { channel.embeddedEventLoop.advanceTime(by: span) }

    /// Nobody opens its polls here: they are taken from where they wait for that.
    func close(_ homeserver: Homeserver) throws {
      _ = try channel.finish()
      _ = handler.dispatcher.takeAsked()
      _ = homeserver.hub.takeAllPostponed()
    }
  }

  private static func homeserver() async throws -> (Homeserver, AccessToken) {
    let homeserver = try makeHomeserver()
    let request = ClientAPI.register(RegisterRequest(username: "ann", auth: .init(type: "m.login.dummy")))
    let response = await homeserver.respond(to: request, from: .inProcess)
    let token = try WireJSON.decode(Credentials.self, from: response.body).accessToken.orThrow("a token")
    // The first use of a token is stored, for which a poll does not wait.
    var sync = ClientAPI.sync(since: nil, wait: .zero, setPresence: .offline, filter: nil)
    sync.accessToken = token
    _ = await homeserver.respond(to: sync, from: .inProcess)
    return (homeserver, token)
  }

  @Test func aPollThatOnlyGoesOnIsNotParsed() async throws {
    let (homeserver, token) = try await Self.homeserver()
    func run() throws {
      let connection = try Connection(to: homeserver, token)
      try connection.poll(since: "p1_1")
      #expect(connection.isWaiting && connection.parsed == 2, "a head and an end")
      for number in 2..<5 {
        connection.answer()
        #expect(!connection.isWaiting)
        try connection.poll(since: "p1_\(number)")
        #expect(connection.isWaiting && connection.parsed == 2)
      }
      connection.answer()
      try connection.poll(since: "p1_5", timeout: 20_000)
      #expect(connection.isWaiting && connection.parsed == 4, "in other words it is another request")
      try connection.close(homeserver)
    }
    try run()
  }

  @Test(arguments: [true, false]) func whoWasToldIsReadAgainWhenAllAre(orAfterAWhile: Bool) async throws {
    let (homeserver, token) = try await Self.homeserver()
    func run() throws {
      let connection = try Connection(to: homeserver, token)
      try connection.poll(since: "p1_1")
      homeserver.hub.isTelling = true
      connection.answer()
      connection.wait(.milliseconds(200))
      #expect(!connection.isRead)
      if orAfterAWhile {
        connection.wait(.milliseconds(60))
      } else {
        homeserver.hub.isTelling = false
        connection.wait(.milliseconds(10))
      }
      #expect(connection.isRead)
      connection.wait(.seconds(1))
      #expect(connection.isRead)
      try connection.close(homeserver)
    }
    try run()
  }

  @Test func whoWasToldOfWhatConcernsFewIsReadOn() async throws {
    let (homeserver, token) = try await Self.homeserver()
    func run() throws {
      let connection = try Connection(to: homeserver, token)
      try connection.poll(since: "p1_1")
      connection.answer()
      #expect(connection.isRead)
      try connection.close(homeserver)
    }
    try run()
  }

  /// Its last poll refers to it, and it to that: to be let go of, one has to forget the other.
  @Test(arguments: [true, false]) func aClosedConnectionIsLetGo(whileAPollWaits: Bool) async throws {
    let (homeserver, token) = try await Self.homeserver()
    weak var closed: ConnectionHandler?
    func run() throws {
      let connection = try Connection(to: homeserver, token)
      closed = connection.handler
      try connection.poll(since: "p1_1")
      connection.answer()
      try connection.poll(since: "p1_2")
      if !whileAPollWaits { connection.answer() }
      try connection.close(homeserver)
    }
    try run()
    #expect(closed == nil)
  }
}
