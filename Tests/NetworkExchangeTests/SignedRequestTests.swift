internal import HTTPTestSupport
internal import HomeserverHTTP
internal import MatrixWire
internal import NetworkExchange
internal import PorchlightTestSupport
internal import Testing

/// What signatures need of HTTP: the headers, and the target as it came.
@Suite(.usesRealTime, .timeLimit(.minutes(5))) struct SignedRequestTests {
  /// What another listener received, as text.
  private static func told(_ request: WireRequest) -> WireResponse {
    let lines = request.signatures + ["\(request.receivedTarget ?? "-")", "\(request.accessToken == nil)"]
    return WireResponse(status: 200, body: Array(lines.joined(separator: "|").utf8))
  }

  @Test func bothSignaturesAndTheTargetArriveAsTheyWereSent() async throws {
    try await withListener { endpoint in
      try await withNetworkExchange(to: NetworkExchangeTests.address(of: endpoint), time: RealTime()) {
        exchange in
        var request = WireRequest(.put, ["_matrix", "federation", "v1", "send", "a/b"], body: [0x7B, 0x7D])
        request.signatures = [#"X-Matrix origin="a",key="ed25519:1",sig="AA""#, "X-Matrix origin=b"]
        let text = String(decoding: try await exchange.send(request).body, as: UTF8.self)
        let expected = request.signatures + ["/_matrix/federation/v1/send/a%2Fb", "true"]
        #expect(text == expected.joined(separator: "|"))
      }
    } respond: {
      Self.told($0)
    }
  }

  @Test(arguments: [
    ("/_matrix/x/%61?b=%C3%a4+c&access_token=t", "/_matrix/x/%61?b=%C3%a4+c&access_token=t"),
    ("http://h/_matrix//x?", "/_matrix//x?"),
  ])
  func anUnusualTargetIsKept(target: String, kept: String) async throws {
    try await withListener { endpoint in
      try await withRawClient(to: endpoint) { client in
        let headers = "Host: h\r\nAuthorization: x-matrix a\r\nAuthorization: X-Matrices b\r\n"
        try await client.send("GET \(target) HTTP/1.1\r\n\(headers)\r\n")
        #expect(try await client.answer()?.body == "x-matrix a|\(kept)|true")
      }
    } respond: {
      Self.told($0)
    }
  }

  @Test func otherRequestsKeepNeither() async throws {
    try await withListener { endpoint in
      try await withRawClient(to: endpoint) { client in
        try await client.send("GET /x HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer t\r\n\r\n")
        #expect(try await client.answer()?.body == "-|false")
      }
    } respond: {
      Self.told($0)
    }
  }
}
