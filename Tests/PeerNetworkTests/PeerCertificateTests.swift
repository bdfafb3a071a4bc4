internal import HTTPTestSupport
internal import HomeserverHTTP
internal import MatrixWire
internal import NIOHTTP1
internal import PeerDiscovery
internal import PeerNetwork
internal import PorchlightTestSupport
internal import Ports
internal import Testing

/// Who another server is, and whom strangers may have called.
extension PeerNetworkTests {
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
    configuration.unknownPeers.connections = 1
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
}
