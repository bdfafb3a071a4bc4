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
@Suite(.timeLimit(.minutes(1))) struct PeerNetworkTests {
  private let folder: TemporaryFolder
  private let identity: HTTPServer.TLSIdentity
  private let authority: String

  init() throws {
    folder = try TemporaryFolder()
    identity = try PeerIdentity.write(to: folder)
    authority = try PeerIdentity.writeAuthority(to: folder)
  }

  private var request: WireRequest { WireRequest(.get, ["_matrix", "x"], timeout: .seconds(20)) }

  private var encrypted: PeerNetwork.Configuration {
    var configuration = PeerNetwork.Configuration()
    configuration.authorities = authority
    configuration.reachesPrivate = true
    return configuration
  }

  /// A network on which `peer.test` is a plain server of this machine.
  private func plain(
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
  private func byServices(
    _ ports: [Int], _ body: (PeerNetwork) async throws -> Void
  ) async throws {
    let records = ports.enumerated().map { index, port in
      ServiceRecord(priority: UInt16(index), weight: 0, target: "localhost", port: UInt16(port))
    }
    try await withPeerNetwork(
      encrypted, resolver: Records(records: records), time: RealTime(), random: SeededGenerator(seed: 1),
      body)
  }

  private func name(_ text: String) throws -> ServerName { try ServerName(text).orThrow("a server name") }

  // Who it is

  @Test func theCertificateIsThatOfTheNameAndNotOfTheTarget() async throws {
    let stub = Stub()
    try await stub.listen(as: identity) { port in
      try await byServices([port]) { (network) async throws in
        let answer = try await network.send(request, to: name("peer.test"))
        #expect(answer.status == 200)
        #expect(stub.seen.requests.map { $0.headers["host"] } == [["peer.test"]])
      }
    }
  }

  @Test func aCertificateForAnotherNameIsRefused() async throws {
    let stub = Stub()
    try await stub.listen(as: identity) { port in
      try await byServices([port]) { (network) async throws in
        let error = await #expect(throws: ExchangeError.self) {
          try await network.send(request, to: name("other.test"))
        }
        #expect(error?.message == "The certificate of other.test is for another name.")
        #expect(stub.seen.requests.isEmpty)
      }
    }
  }

  /// The connection leads to localhost, and the certificate is for localhost: that proves nothing.
  @Test func aCertificateForTheTargetProvesNothing() async throws {
    let local = try TestIdentity.write(to: folder)
    var configuration = PeerNetwork.Configuration()
    configuration.authorities = local.certificates
    configuration.reachesPrivate = true
    let stub = Stub()
    try await stub.listen(as: local) { port in
      let records = [ServiceRecord(priority: 0, weight: 0, target: "localhost", port: UInt16(port))]
      try await withPeerNetwork(
        configuration, resolver: Records(records: records), time: RealTime(),
        random: SeededGenerator(seed: 1)
      ) { (network) async throws in
        let error = await #expect(throws: ExchangeError.self) {
          try await network.send(request, to: name("peer.test"))
        }
        #expect(error?.message == "The certificate of peer.test is for another name.")
        let direct = try await network.send(request, to: name("localhost:\(port)"))
        #expect(direct.status == 200)
        let literal = try await network.send(request, to: name("127.0.0.1:\(port)"))
        #expect(literal.status == 200)
        #expect(stub.seen.requests.last?.headers["host"] == ["127.0.0.1:\(port)"])
        await #expect(throws: ExchangeError.self) {
          try await network.send(request, to: name("127.0.0.2:\(port)"))
        }
      }
    }
  }

  @Test func anAuthorityNobodyTrustsIsRefused() async throws {
    try await Stub().listen(as: try TestIdentity.write(to: folder)) { port in
      try await byServices([port]) { (network) async throws in
        let error = await #expect(throws: ExchangeError.self) {
          try await network.send(request, to: name("peer.test"))
        }
        #expect(error?.message == "The certificate of peer.test is not trusted.")
      }
    }
  }

  @Test(arguments: ["nothing.pem", "empty.pem"])
  func anAuthorityThatIsNoneSaysSo(_ file: String) async throws {
    try folder.write("", to: "empty.pem")
    var configuration = PeerNetwork.Configuration()
    configuration.authorities = folder.path + "/" + file
    await #expect(throws: ExchangeError.self) {
      try await withPeerNetwork(configuration, time: RealTime(), random: SeededGenerator(seed: 1)) { _ in }
    }
  }

  @Test func whereNothingListensTheNextTargetIsTried() async throws {
    let stub = Stub()
    try await stub.listen(as: identity) { port in
      let dead = try await Self.freePort()
      try await byServices([dead, port]) { (network) async throws in
        #expect(try await network.send(request, to: name("peer.test")).status == 200)
      }
    }
  }

  private static func freePort() async throws -> Int {
    let free = Box<Int>()
    try await Stub().listen { free.set($0) }
    return try free.value.orThrow("a port")
  }

  // Whom strangers may have called

  @Test(arguments: ["localhost:", "127.0.0.1:", "[::1]:", "[::ffff:127.0.0.1]:", "127.1:"])
  func aNameThatLeadsIntoThisMachineIsNotFollowed(_ host: String) async throws {
    let stub = Stub()
    try await stub.listen { port in
      try await withPeerNetwork(time: RealTime(), random: SeededGenerator(seed: 1)) {
        (network) async throws in
        let error = await #expect(throws: ExchangeError.self) {
          try await network.send(request, to: name("\(host)\(port)"))
        }
        #expect(error?.cause == "its address is private")
        #expect(stub.seen.connections == 0)
      }
    }
  }

  @Test func aServiceInThisMachineIsNotFollowed() async throws {
    let stub = Stub()
    try await stub.listen(as: identity) { port in
      let records = [ServiceRecord(priority: 0, weight: 0, target: "localhost", port: UInt16(port))]
      try await withPeerNetwork(
        resolver: Records(records: records), time: RealTime(), random: SeededGenerator(seed: 1)
      ) { (network) async throws in
        let error = await #expect(throws: ExchangeError.self) {
          try await network.send(request, to: name("peer.test"))
        }
        #expect(error?.cause == "its address is private")
        #expect(stub.seen.connections == 0)
      }
    }
  }

  /// Servers that accept and say nothing take up what strangers have, and nothing of those who are known.
  @Test func strangersTakeUpNothingOfThoseWhoAreKnown() async throws {
    let silent = Stub { _, _ in .silence }
    let stub = Stub()
    var configuration = encrypted
    configuration.connections = 1
    configuration.strangers.connections = 1
    try await silent.listen(as: identity) { dead in
      try await stub.listen { port in
        let friend = try name("friend.test")
        configuration.peers[friend] = try PeerRoute(url: "http://127.0.0.1:\(port)").orThrow("a route")
        let records = [ServiceRecord(priority: 0, weight: 0, target: "localhost", port: UInt16(dead))]
        try await withPeerNetwork(
          configuration, resolver: Records(records: records), time: RealTime(),
          random: SeededGenerator(seed: 1)
        ) { (network) async throws in
          let stranger = try name("peer.test")
          try await withThrowingTaskGroup(of: Void.self) { (group) async throws in
            group.addTask { _ = await status(of: request, within: .seconds(30), network, stranger) }
            #expect(await eventually { silent.seen.requests.count == 1 })
            let error = await #expect(throws: ExchangeError.self) {
              try await network.send(request, to: name("a.peer.test"))
            }
            #expect(error?.cause == "this server has too many connections")
            #expect(try await network.send(request, to: friend).status == 200)
            group.cancelAll()
          }
        }
      }
    }
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

  // Connections

  @Test func aConnectionIsKept() async throws {
    let stub = Stub()
    try await stub.listen(as: identity) { port in
      try await byServices([port]) { (network) async throws in
        for _ in 0..<5 { _ = try await network.send(request, to: name("peer.test")) }
      }
      #expect(stub.seen.connections == 1)
      #expect(await eventually { stub.seen.open == 0 }, "closed with the network")
    }
  }

  @Test(arguments: [
    Stub.Reply.ok(headers: "Connection: close\r\n"), Stub.Reply("HTTP/1.0 200 OK\r\n\r\n{}", closes: true),
  ])
  func aConnectionThatEndsIsNot(_ reply: Stub.Reply) async throws {
    let stub = Stub { _, _ in reply }
    try await stub.listen { port in
      try await plain(port) { (network, server) async throws in
        for _ in 0..<3 { #expect(try await network.send(request, to: server).status == 200) }
      }
      #expect(stub.seen.connections == 3)
    }
  }

  @Test func aKeptConnectionThatIsClosingIsReplaced() async throws {
    // Every second request on a connection is answered by its end.
    let stub = Stub { _, count in count % 2 == 1 ? Stub.Reply("", closes: true) : .ok() }
    try await stub.listen { port in
      try await plain(port) { (network, server) async throws in
        for _ in 0..<3 { #expect(try await network.send(request, to: server).status == 200) }
      }
      #expect(stub.seen.connections == 3)
    }
  }

  @Test func oneThatEndsAtOnceIsAFailure() async throws {
    let stub = Stub { _, _ in Stub.Reply("", closes: true) }
    try await stub.listen { port in
      try await plain(port) { (network, server) async throws in
        let error = await #expect(throws: ExchangeError.self) { try await network.send(request, to: server) }
        #expect(error?.message == "peer.test closed the connection without an answer.")
      }
      #expect(stub.seen.connections == 1)
    }
  }

  @Test func manyRequestsShareAFewConnections() async throws {
    let stub = Stub()
    var configuration = PeerNetwork.Configuration()
    configuration.connectionsPerPeer = 3
    configuration.waitingPerPeer = 200
    try await stub.listen { port in
      try await plain(port, configuration) { (network, server) async throws in
        try await withThrowingTaskGroup(of: Int.self) { group in
          for _ in 0..<200 { group.addTask { try await network.send(request, to: server).status } }
          for try await status in group { #expect(status == 200) }
        }
      }
      #expect(stub.seen.requests.count == 200)
      #expect((1...3).contains(stub.seen.mostOpen))
    }
  }

  @Test func moreThanMayWaitAreRefusedAndTheRestIsServed() async throws {
    let stub = Stub { _, _ in .silence }
    var configuration = PeerNetwork.Configuration()
    configuration.connectionsPerPeer = 1
    configuration.waitingPerPeer = 2
    try await stub.listen { port in
      try await plain(port, configuration) { (network, server) async throws in
        await withTaskGroup(of: String.self) { group in
          for _ in 0..<5 {
            group.addTask {
              do {
                _ = try await network.send(request, to: server)
                return "an answer"
              } catch let error as ExchangeError { return error.message } catch { return "gone" }
            }
          }
          for _ in 0..<2 { #expect(await group.next() == "Too many requests wait for peer.test.") }
          group.cancelAll()
          for await rest in group { #expect(rest == "gone") }
        }
      }
    }
  }

  @Test func whoeverWaitsGetsTheTurnOfOneWhoWentAway() async throws {
    let stub = Stub { _, count in count == 0 ? .silence : .ok() }
    var configuration = PeerNetwork.Configuration()
    configuration.connectionsPerPeer = 1
    try await stub.listen { port in
      try await plain(port, configuration) { (network, server) async throws in
        async let silent = status(of: request, within: .milliseconds(400), network, server)
        #expect(await eventually { stub.seen.requests.count == 1 })
        async let impatient = status(of: request, within: .milliseconds(100), network, server)
        async let patient = status(of: request, within: .seconds(20), network, server)
        #expect(await [silent, impatient, patient] == [nil, nil, 200])
      }
    }
  }

  private func status(
    of request: WireRequest, within span: Duration, _ network: PeerNetwork, _ server: ServerName
  ) async -> Int? {
    var request = request
    request.timeout = span
    return try? await network.send(request, to: server).status
  }

  @Test func aConnectionNobodyUsesIsClosed() async throws {
    var configuration = PeerNetwork.Configuration()
    configuration.idle = .milliseconds(50)
    let stub = Stub()
    try await stub.listen { port in
      try await plain(port, configuration) { (network, server) async throws in
        _ = try await network.send(request, to: server)
        #expect(await eventually { stub.seen.open == 0 })
        #expect(try await network.send(request, to: server).status == 200)
      }
    }
  }

  @Test func whatNobodyAskedForEndsAConnection() async throws {
    let unasked = Stub.Reply.ok().bytes + Stub.Reply.ok("unasked").bytes
    let stub = Stub { _, _ in Stub.Reply(unasked) }
    try await stub.listen { port in
      try await plain(port) { (network, server) async throws in
        for _ in 0..<3 {
          #expect(try await network.send(request, to: server).body == Array("{}".utf8))
          #expect(await eventually { stub.seen.open == 0 })
        }
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
private struct Records: ServiceLookup {
  let records: [ServiceRecord]

  func services(of name: String) async throws -> ServiceAnswer {
    name.hasPrefix("_matrix-fed.") ? .records(records, ttl: .seconds(60)) : .none
  }
}
