internal import HTTPTestSupport
internal import HomeserverHTTP
internal import MatrixWire
internal import NIOHTTP1
internal import PeerDiscovery
internal import PeerNetwork
internal import PorchlightTestSupport
internal import Ports
internal import Testing

/// Requests to other servers, by real sockets of this machine.
@Suite(.usesRealTime, .timeLimit(.minutes(5))) struct PeerNetworkTests {
  let folder: TemporaryFolder
  let identity: HTTPServer.TLSIdentity
  let authority: String

  init() throws {
    folder = try TemporaryFolder()
    identity = try PeerIdentity.write(to: folder)
    authority = try PeerIdentity.writeAuthority(to: folder)
  }

  var request: WireRequest { WireRequest(.get, ["_matrix", "x"], timeout: .seconds(20)) }

  var encrypted: PeerNetwork.Configuration {
    var configuration = PeerNetwork.Configuration()
    configuration.authorities = authority
    configuration.reachesPrivate = true
    return configuration
  }

  /// A network on which `peer.test` is a plain server of this machine.
  func plain(
    _ port: Int, _ configuration: PeerNetwork.Configuration = .init(),
    _ body: (PeerNetwork, ServerName) async throws -> Void
  ) async throws {
    let server = try name("peer.test")
    var configuration = configuration
    configuration.peers = [server: try PeerRoute(url: "http://127.0.0.1:\(port)").orThrow("a route")]
    try await withPeerNetwork(configuration, time: RealTime(), random: SeededGenerator(seed: 1)) {
      try await body($0, server)
    }
  }

  /// A network on which name servers say that these ports have the service of every server.
  func byServices(
    _ ports: [Int], _ body: (PeerNetwork) async throws -> Void
  ) async throws {
    let records = ports.enumerated().map { index, port in
      ServiceRecord(priority: UInt16(index), weight: 0, target: "localhost", port: UInt16(port))
    }
    try await withPeerNetwork(
      encrypted, resolver: Records(records: records), time: RealTime(), random: SeededGenerator(seed: 1),
      body)
  }

  func name(_ text: String) throws -> ServerName { try ServerName(text).orThrow("a server name") }

  /// The status of the answer, if one comes in time.
  func status(
    of request: WireRequest, within span: Duration, _ network: PeerNetwork, _ server: ServerName
  ) async -> Int? {
    var request = request
    request.timeout = span
    return try? await network.send(request, to: server).status
  }

  // What is sent

  @Test func theRequestArrivesAsItIs() async throws {
    let stub = Stub()
    try await stub.listen { port in
      try await plain(port) { (network, server) async throws in
        var request = WireRequest(
          .put, ["_matrix", "federation", "v1", "send", "a/b"], query: [.init("x", "1 2")],
          body: Array("{\"a\":1}".utf8))
        request.signatures = ["X-Matrix one", "X-Matrix two"]
        _ = try await network.send(request, to: server)
        let head = try stub.seen.requests.first.orThrow("a request")
        #expect(head.uri == request.target)
        #expect(head.method == .PUT)
        #expect(head.headers["authorization"] == ["X-Matrix one", "X-Matrix two"])
        #expect(head.headers["content-type"] == ["application/json"])
        #expect(head.headers["host"] == ["127.0.0.1:\(port)"])
        #expect(stub.seen.bodies == ["{\"a\":1}"])
      }
    }
  }

  @Test func aHeaderCannotBreakOut() async throws {
    let stub = Stub()
    try await stub.listen { port in
      try await plain(port) { (network, server) async throws in
        var request = request
        request.signatures = ["X-Matrix\r\nX: y"]
        await #expect(throws: ExchangeError.self) { try await network.send(request, to: server) }
        #expect(stub.seen.requests.isEmpty)
      }
    }
  }

  @Test func aRefusalAndARedirectAreAnswers() async throws {
    let stub = Stub { _, count in
      count == 0 ? .ok("no", status: "401 No") : .ok(headers: "Location: /\r\n", status: "302 Found")
    }
    try await stub.listen { port in
      try await plain(port) { (network, server) async throws in
        #expect(try await network.send(request, to: server).status == 401)
        let answer = try await network.send(request, to: server)
        #expect(answer.status == 302)
        #expect(answer.header("location") == "/")
      }
    }
  }

  // Bounds

  @Test(arguments: [
    "", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
    "HTTP/1.1 100 Continue\r\n\r\n",
  ])
  func anAnswerThatDoesNotEndEndsInTime(_ bytes: String) async throws {
    let stub = Stub { _, _ in Stub.Reply(bytes) }
    try await stub.listen { port in
      try await plain(port) { (network, server) async throws in
        var request = request
        request.timeout = .milliseconds(200)
        let error = await #expect(throws: ExchangeError.self) { try await network.send(request, to: server) }
        #expect(error?.code == .timedOut)
        #expect(await eventually { stub.seen.open == 0 })
      }
    }
  }

  @Test(arguments: [
    "Content-Length: 200000\r\n\r\n" + String(repeating: " ", count: 200_000),
    "Transfer-Encoding: chunked\r\n\r\n"
      + String(repeating: "1;" + String(repeating: "x", count: 900) + "\r\na\r\n", count: 300),
    String(repeating: "X: " + String(repeating: "y", count: 1000) + "\r\n", count: 200) + "\r\n",
    "X: " + String(repeating: "y", count: 200_000) + "\r\n\r\n",
  ])
  func anAnswerTooLargeIsNotRead(_ rest: String) async throws {
    var configuration = PeerNetwork.Configuration()
    configuration.largestAnswer = 1000
    let stub = Stub { _, _ in Stub.Reply("HTTP/1.1 200 OK\r\n" + rest) }
    try await stub.listen { port in
      try await plain(port, configuration) { (network, server) async throws in
        let error = await #expect(throws: ExchangeError.self) { try await network.send(request, to: server) }
        #expect(error?.code == .unreachable)
        #expect(await eventually { stub.seen.open == 0 })
      }
    }
  }

  @Test(arguments: [
    "nonsense\r\n\r\n", "HTTP/1.1 x\r\n\r\n", "\u{0}", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
  ])
  func nonsenseIsAFailure(_ bytes: String) async throws {
    let stub = Stub { _, _ in Stub.Reply(bytes, closes: true) }
    try await stub.listen { port in
      try await plain(port) { (network, server) async throws in
        await #expect(throws: ExchangeError.self) { try await network.send(request, to: server) }
      }
    }
  }

  @Test func aServerWithoutTLSIsRefused() async throws {
    try await Stub().listen { port in
      try await byServices([port]) { (network) async throws in
        let error = await #expect(throws: ExchangeError.self) {
          try await network.send(request, to: name("peer.test"))
        }
        #expect(error?.code == .unreachable)
      }
    }
  }

  @Test func cancellingEndsARequest() async throws {
    let stub = Stub { _, _ in .silence }
    try await stub.listen { port in
      try await plain(port) { (network, server) async throws in
        await withThrowingTaskGroup(of: WireResponse.self) { group in
          group.addTask { try await network.send(request, to: server) }
          #expect(await eventually { stub.seen.requests.count == 1 })
          group.cancelAll()
          await #expect(throws: CancellationError.self) { try await group.next() }
        }
        #expect(await eventually { stub.seen.open == 0 })
      }
    }
  }
}

/// A name server that says the same of every current service.
struct Records: ServiceLookup {
  let records: [ServiceRecord]

  func services(of name: String) async throws -> ServiceAnswer {
    name.hasPrefix("_matrix-fed.") ? .records(records, ttl: .seconds(60)) : .none
  }
}
