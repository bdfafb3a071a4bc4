internal import HTTPTestSupport
internal import MatrixWire
internal import NIOHTTP1
internal import PeerDiscovery
internal import PeerNetwork
internal import PorchlightTestSupport
internal import Ports
internal import Testing

/// Questions to a name server of this machine.
@Suite(.usesRealTime, .timeLimit(.minutes(5))) struct SystemResolverTests {
  private func resolver(at address: String, timeout: Duration = .seconds(20)) throws -> SystemResolver {
    SystemResolver(
      server: try SystemResolver.Server(address).orThrow("a name server"), timeout: timeout,
      time: RealTime())
  }

  @Test func servicesAreFound() async throws {
    let server = NameServer { question in
      question == .init(name: "_matrix-fed._tcp.a.test", type: 33)
        ? [
          NameServer.service(priority: 2, port: 8448, "b", "test"),
          NameServer.service(port: 99, "c", "test"),
        ] : []
    }
    try await server.listen { (address) async throws in
      let resolver = try resolver(at: address)
      let expected = [
        ServiceRecord(priority: 2, weight: 0, target: "b.test", port: 8448),
        ServiceRecord(priority: 0, weight: 0, target: "c.test", port: 99),
      ]
      #expect(
        try await resolver.services(of: "_matrix-fed._tcp.a.test") == .records(expected, ttl: .seconds(60)))
      #expect(try await resolver.services(of: "_matrix-fed._tcp.b.test") == .none)
    }
  }

  @Test func addressesOfBothKindsAreFound() async throws {
    let server = NameServer { question in
      switch question.type {
      case 1: [[127, 0, 0, 1], [10, 0, 0, 7]]
      case 28: [[0xFE, 0x80] + Array(repeating: 0, count: 13) + [9]]
      default: []
      }
    }
    try await server.listen { (address) async throws in
      let found = try await resolver(at: address).addresses(of: "a.test")
      #expect(found == ["127.0.0.1", "10.0.0.7", "fe80:0:0:0:0:0:0:9"])
    }
  }

  /// Of a name that is not there nothing else is asked, by nobody, for as long as that counts.
  @Test func aDeadNameIsAskedForOnce() async throws {
    let server = NameServer { _ in [] }
    try await server.listen { (address) async throws in
      let resolver = try resolver(at: address)
      try await withThrowingTaskGroup(of: [String].self) { group in
        for _ in 0..<50 { group.addTask { try await resolver.addresses(of: "dead.test") } }
        for try await found in group { #expect(found.isEmpty) }
      }
      for _ in 0..<1_000 { #expect(try await resolver.addresses(of: "DEAD.test").isEmpty) }
      #expect(server.asked == [.init(name: "dead.test", type: 1)])
    }
  }

  @Test func silenceIsAFailure() async throws {
    try await NameServer { _ in nil }.listen { (address) async throws in
      #expect(try await resolver(at: address, timeout: .seconds(1)).services(of: "a.test") == .failed)
    }
  }

  @Test func whoeverGoesAwayDoesNotWait() async throws {
    let server = NameServer { _ in nil }
    try await server.listen { (address) async throws in
      let resolver = try resolver(at: address)
      await withThrowingTaskGroup(of: ServiceAnswer.self) { group in
        group.addTask { try await resolver.services(of: "a.test") }
        #expect(await eventually { !server.asked.isEmpty })
        group.cancelAll()
        await #expect(throws: CancellationError.self) { try await group.next() }
      }
    }
  }

  @Test func moreThanMayWaitFailAtOnce() async throws {
    let server = NameServer { _ in nil }
    try await server.listen { (address) async throws in
      let resolver = SystemResolver(
        server: SystemResolver.Server(address), timeout: .seconds(20), threads: 1, mostWaiting: 1,
        time: RealTime())
      await withThrowingTaskGroup(of: ServiceAnswer.self) { group in
        group.addTask { try await resolver.services(of: "a.test") }
        #expect(await eventually { !server.asked.isEmpty })
        // One of these waits.
        for number in 0..<10 { group.addTask { try await resolver.services(of: "b\(number).test") } }
        for _ in 0..<9 { #expect(await (try? group.next()) == .failed) }
        #expect(server.asked.map(\.name).allSatisfy { $0 == "a.test" })
        group.cancelAll()
      }
    }
  }

  @Test(arguments: ["", "a..test", "a b.test", "a.test.", String(repeating: "a", count: 64) + ".test"])
  func thisIsNotAskedFor(_ name: String) async throws {
    let server = NameServer { _ in nil }
    try await server.listen { (address) async throws in
      #expect(try await resolver(at: address).services(of: name) == .none)
      #expect(server.asked.isEmpty)
    }
  }

  @Test(arguments: [
    "", "127.0.0.1", "127.0.0.1:0", "localhost:53", "[::1]:53", "1.2.3.256:53", "1.2.3.4:65536",
  ])
  func thisIsNoNameServer(_ text: String) { #expect(SystemResolver.Server(text) == nil) }

  /// The whole way: a name, its service, the address of its target, a certificate for the name.
  @Test func aServerIsFoundByAnotherNameServer() async throws {
    let folder = try TemporaryFolder()
    let stub = Stub()
    try await stub.listen(as: try PeerIdentity.write(to: folder)) { port in
      let names = NameServer { question in
        switch (question.name, question.type) {
        case ("_matrix-fed._tcp.peer.test", 33): [NameServer.service(port: UInt16(port), "host", "test")]
        case ("host.test", 1): [[127, 0, 0, 1]]
        default: []
        }
      }
      try await names.listen { (address) async throws in
        var configuration = PeerNetwork.Configuration()
        configuration.authorities = try PeerIdentity.writeAuthority(to: folder)
        configuration.resolver = SystemResolver.Server(address)
        configuration.reachesPrivate = true
        try await withPeerNetwork(
          configuration, time: RealTime(), random: SeededGenerator(seed: 1)
        ) { (network) async throws in
          let server = try ServerName("peer.test").orThrow("a server name")
          let answer = try await network.send(WireRequest(.get, ["x"]), to: server)
          #expect(answer.status == 200)
        }
        #expect(stub.seen.requests.map { $0.headers["host"] } == [["peer.test"]])
      }
    }
  }
}
