internal import HTTPTestSupport
internal import HomeserverHTTP
internal import MatrixWire
internal import NetworkExchange
internal import PorchlightSDK
internal import PorchlightTestSupport
internal import Ports
internal import Testing

/// Connections that are not to be used any more, and answers of others, over real sockets.
@Suite(.usesRealTime, .timeLimit(.minutes(5))) struct RenewedConnectionTests {
  private static let answer = WireResponse(status: 200, body: Array("{}".utf8))

  @Test func aConnectionIsUsedAgainUntilItIsRenewed() async throws {
    try await withListener { endpoint in
      try await withNetworkExchange(to: NetworkExchangeTests.address(of: endpoint), time: RealTime()) {
        exchange in
        for _ in 0..<3 { _ = try await exchange.send(ClientAPI.versions()) }
        #expect(exchange.connectionsMade == 1)
        exchange.renewConnections()
        for _ in 0..<3 { _ = try await exchange.send(ClientAPI.versions()) }
        #expect(exchange.connectionsMade == 2)
      }
    } respond: { _ in
      Self.answer
    }
  }

  @Test func aRequestUnderWayIsAnsweredAfterConnectionsWereRenewed() async throws {
    let (arrivals, arrive) = AsyncStream<Void>.makeStream()
    let (permissions, permit) = AsyncStream<Void>.makeStream()
    try await withListener { endpoint in
      try await withNetworkExchange(to: NetworkExchangeTests.address(of: endpoint), time: RealTime()) {
        exchange in
        async let slow = exchange.send(WireRequest(.get, ["slow"]))
        for await _ in arrivals { break }
        for _ in 0..<100 {
          exchange.renewConnections()
          _ = try await exchange.send(ClientAPI.versions())
        }
        permit.finish()
        #expect(try await slow.status == 200)
        #expect(exchange.connectionsMade == 101)
      }
    } respond: { request in
      if request.path == ["slow"] {
        arrive.yield()
        for await _ in permissions {}
      }
      return Self.answer
    }
  }

  @Test func renewingWithoutARequestMakesNothing() async throws {
    try await withListener { endpoint in
      try await withNetworkExchange(to: NetworkExchangeTests.address(of: endpoint), time: RealTime()) {
        exchange in
        for _ in 0..<10_000 { exchange.renewConnections() }
        #expect(exchange.connectionsMade == 0)
      }
    } respond: { _ in
      Self.answer
    }
  }

  @Test func aPortalsRedirectIsNotFollowedWithTheToken() async throws {
    try await withListener { endpoint in
      try await withNetworkExchange(to: NetworkExchangeTests.address(of: endpoint), time: RealTime()) {
        exchange in
        let session = try Client(exchange: exchange, time: RealTime()).session(
          Credentials(
            userID: try #require(UserID("@ann:harbor.example")), deviceID: nil, accessToken: AccessToken("t"))
        )
        let error = await #expect(throws: SDKError.self) { try await session.setStatus(.busy, text: nil) }
        #expect(error?.code == .badAnswer)
        #expect(error?.message.contains("a redirect to http://127.0.0.1:1/login (status 302)") == true)
      }
    } respond: { _ in
      WireResponse(
        status: 302, headers: [.init("Location", "http://127.0.0.1:1/login?from=here")],
        body: Array("<html>".utf8))
    }
  }
}
