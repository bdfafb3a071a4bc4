internal import HTTPTestSupport
internal import HomeserverHTTP
internal import MatrixWire
internal import PorchlightTestSupport
internal import Ports
internal import Testing

/// What a connection does that no client library lets one try.
@Suite(.usesRealTime, .timeLimit(.minutes(5))) struct TransportTests {
  private static let versions = "GET /_matrix/client/versions HTTP/1.1\r\nHost: h\r\n\r\n"

  private static func get(_ target: String, _ headers: String = "") -> String {
    "GET \(target) HTTP/1.1\r\nHost: h\r\n\(headers)\r\n"
  }

  /// Requests that are refused, and whether their connection goes on.
  private static let refused: [(bytes: String, status: Int, code: String, staysOpen: Bool)] = [
    ("\u{16}\u{3}\u{1}\u{2}\u{0}\r\n\r\n", 400, "M_UNKNOWN", false),
    ("nonsense\r\n\r\n", 400, "M_UNKNOWN", false),
    ("(BREW) / HTTP/1.1\r\nHost: h\r\n\r\n", 400, "M_UNKNOWN", false),
    ("GET / HTTP/9.9\r\nHost: h\r\n\r\n", 505, "M_UNKNOWN", false),
    ("GET / HTTP/1.1\r\n\r\n", 400, "M_UNKNOWN", true),
    ("GET / HTTP/1.1\r\nHost: h\r\nHost: g\r\n\r\n", 400, "M_UNKNOWN", true),
    ("GET / HTTP/1.1\r\nHo st: h\r\n\r\n", 400, "M_UNKNOWN", false),
    ("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: many\r\n\r\n", 400, "M_UNKNOWN", false),
    (
      "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", 400,
      "M_UNKNOWN", false
    ),
    (
      "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400, "M_UNKNOWN", false
    ),
    ("BREW / HTTP/1.1\r\nHost: h\r\n\r\n", 405, "M_UNRECOGNIZED", false),
    ("PATCH / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}", 405, "M_UNRECOGNIZED", true),
    ("CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n", 405, "M_UNRECOGNIZED", false),
    (get("/_matrix/client/%zz"), 400, "M_INVALID_PARAM", true),
    (get("/_matrix/client/%ff"), 400, "M_INVALID_PARAM", true),
    (get("/_matrix/client/versions?x=%4"), 400, "M_INVALID_PARAM", true),
    (get("/nowhere"), 404, "M_UNRECOGNIZED", true),
    (get("/_matrix/client/v3/sync"), 401, "M_MISSING_TOKEN", true),
    (get("/_matrix/client/v3/sync?access_token=x"), 401, "M_UNKNOWN_TOKEN", true),
    (get("/_matrix/client/v3/sync?access_token="), 401, "M_MISSING_TOKEN", true),
    (get("/_matrix/client/versions?" + String(repeating: "a&", count: 25_000)), 400, "M_INVALID_PARAM", true),
    (get("/_matrix/client" + String(repeating: "/", count: 50_000)), 400, "M_INVALID_PARAM", true),
    (get("/", "X: \(String(repeating: "x", count: 140_000))\r\n"), 431, "M_TOO_LARGE", false),
    (get("/\(String(repeating: "x", count: 140_000))"), 431, "M_TOO_LARGE", false),
    (get("/", String(repeating: "X: y\r\n", count: 200)), 431, "M_TOO_LARGE", false),
  ]

  @Test(arguments: [
    ("GET /_matrix/client/versions", 200), ("HEAD /_matrix/client/versions", 200), ("OPTIONS /x", 204),
    ("GET /x", 404),
  ])
  func everyAnswerSaysWhenItWasMade(_ request: String, _ status: Int) async throws {
    try await withServedHomeserver { server in
      try await withRawClient(to: server.endpoint) { client in
        let before = RealTime().wallTime.milliseconds / 1000
        try await client.send("\(request) HTTP/1.1\r\nHost: h\r\n\r\n")
        let answer = try #require(try await client.answer(toHead: request.hasPrefix("HEAD")))
        #expect(answer.status == status)
        let date = try #require(answer.headers["date"].flatMap(HTTPDate.seconds))
        #expect((before...RealTime().wallTime.milliseconds / 1000).contains(date))
      }
    }
  }

  @Test(arguments: refused.indices)
  func everyRefusalIsAnEnvelope(_ index: Int) async throws {
    let (bytes, status, code, staysOpen) = Self.refused[index]
    try await withServedHomeserver { server in
      try await withRawClient(to: server.endpoint) { client in
        try await client.send(bytes)
        let answer = try #require(try await client.answer())
        #expect(answer.status == status)
        #expect(answer.body.contains("\"errcode\":\"\(code)\""))
        #expect(answer.headers["content-type"] == "application/json")
        #expect(answer.headers["access-control-allow-origin"] == "*")
        #expect(answer.headers["date"].flatMap(HTTPDate.seconds) != nil)
        #expect((answer.headers["connection"] == "close") == !staysOpen)
        guard staysOpen else { return #expect(try await client.answer() == nil) }
        try await client.send(Self.versions)
        #expect(try await client.answer()?.status == 200)
      }
    }
  }

  @Test(arguments: [("BREW / HTTP/1.1\r\n\r\n", 405), ("\u{16}\u{3}\r\n\r\n", 400)])
  func whatFollowsAGoodRequestIsJudgedByItself(_ bytes: String, _ status: Int) async throws {
    try await withServedHomeserver { server in
      try await withRawClient(to: server.endpoint) { client in
        try await client.send(Self.versions + bytes)
        #expect(try await client.answer()?.status == 200)
        #expect(try await client.answer()?.status == status)
      }
    }
  }

  @Test func optionsNeedsNoTokenAnywhere() async throws {
    try await withServedHomeserver { server in
      try await withRawClient(to: server.endpoint) { client in
        for target in ["/_matrix/client/v3/sync", "/nowhere", "*"] {
          try await client.send("OPTIONS \(target) HTTP/1.1\r\nHost: h\r\n\r\n")
          let answer = try #require(try await client.answer())
          #expect(answer.status == 204)
          #expect(answer.headers["access-control-allow-origin"] == "*")
          #expect(answer.headers["access-control-allow-methods"]?.contains("PUT") == true)
          #expect(answer.headers["access-control-allow-headers"]?.contains("Authorization") == true)
        }
      }
    }
  }

  @Test func headIsGetWithoutTheBody() async throws {
    try await withServedHomeserver { server in
      try await withRawClient(to: server.endpoint) { client in
        try await client.send("HEAD /_matrix/client/versions HTTP/1.1\r\nHost: h\r\n\r\n")
        let head = try #require(try await client.answer(toHead: true))
        try await client.send(Self.versions)
        let whole = try #require(try await client.answer())
        #expect(head.status == 200)
        // A second may pass between them.
        let undated = [head, whole].map { $0.headers.filter { $0.key != "date" } }
        #expect(undated[0] == undated[1])
      }
    }
  }

  @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
    try await withServedHomeserver { server in
      try await withRawClient(to: server.endpoint) { client in
        let round = Self.versions + Self.get("/nowhere") + "OPTIONS / HTTP/1.1\r\nHost: h\r\n\r\n"
        try await client.send(String(repeating: round, count: 200))
        for _ in 0..<200 {
          for status in [200, 404, 204] { #expect(try await client.answer()?.status == status) }
        }
      }
    }
  }

  @Test func aClientThatClosesItsHalfIsStillAnswered() async throws {
    try await withServedHomeserver { server in
      try await withRawClient(to: server.endpoint) { client in
        try await client.send(Self.versions + Self.get("/nowhere"))
        client.finish()
        #expect(try await client.answer()?.status == 200)
        #expect(try await client.answer()?.status == 404)
        #expect(try await client.answer() == nil)
      }
    }
  }

  @Test func aClientOfTheOldVersionIsToldThatItsConnectionEnds() async throws {
    try await withServedHomeserver { server in
      try await withRawClient(to: server.endpoint) { client in
        try await client.send("GET /_matrix/client/versions HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        #expect(try await client.answer()?.headers["connection"] == "keep-alive")
        try await client.send("GET /_matrix/client/versions HTTP/1.0\r\n\r\n")
        #expect(try await client.answer()?.headers["connection"] == "close")
        #expect(try await client.answer() == nil)
      }
    }
  }

  @Test func aClientThatAsksForAnotherProtocolIsAnsweredInThisOne() async throws {
    try await withServedHomeserver { server in
      try await withRawClient(to: server.endpoint) { client in
        let headers = "Connection: Upgrade\r\nUpgrade: h2c\r\n"
        try await client.send(Self.get("/_matrix/client/versions", headers))
        #expect(try await client.answer()?.status == 200)
        #expect(try await client.answer() == nil)
      }
    }
  }
}
