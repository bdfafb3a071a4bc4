internal import HTTPTestSupport
internal import HomeserverHTTP
internal import MatrixWire
internal import NIOHTTP1
internal import PeerDiscovery
internal import PeerNetwork
internal import PorchlightTestSupport
internal import Ports
internal import Testing

/// How many connections there are to other servers, and how long they are kept.
extension PeerNetworkTests {
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
        let silent = Task { await status(of: request, within: .seconds(50), network, server) }
        #expect(await eventually { stub.seen.requests.count == 1 })
        async let impatient = status(of: request, within: .milliseconds(100), network, server)
        async let patient = status(of: request, within: .seconds(50), network, server)
        #expect(await impatient == nil)
        silent.cancel()
        #expect(await silent.value == nil)
        #expect(await patient == 200)
      }
    }
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
}
