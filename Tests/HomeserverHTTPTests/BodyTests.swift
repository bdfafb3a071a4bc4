internal import HTTPTestSupport
internal import HomeserverHTTP
internal import PorchlightTestSupport
internal import Testing

/// Bodies: read past, asked for, cut.
@Suite(.usesRealTime, .timeLimit(.minutes(5))) struct BodyTests {
  private static let register = "POST /_matrix/client/v3/register HTTP/1.1\r\nHost: h\r\n"
  private static let versions = "GET /_matrix/client/versions HTTP/1.1\r\nHost: h\r\n\r\n"

  @Test func aBodyTooLargeIsRefusedAndTheConnectionGoesOn() async throws {
    try await withServedHomeserver { server in
      try await withRawClient(to: server.endpoint) { client in
        let body = String(repeating: " ", count: 100_000)
        try await client.send(Self.register + "Content-Length: 100000\r\n\r\n" + body + Self.versions)
        let answer = try #require(try await client.answer())
        #expect(answer.status == 413)
        #expect(answer.body.contains("M_TOO_LARGE"))
        #expect(try await client.answer()?.status == 200)
      }
    }
  }

  @Test func aChunkedBodyTooLargeIsRefusedAndTheConnectionGoesOn() async throws {
    try await withServedHomeserver { server in
      try await withRawClient(to: server.endpoint) { client in
        let chunk = "8000\r\n" + String(repeating: " ", count: 0x8000) + "\r\n"
        try await client.send(
          Self.register + "Transfer-Encoding: chunked\r\n\r\n" + chunk + chunk + chunk + "0\r\n\r\n")
        #expect(try await client.answer()?.status == 413)
        try await client.send(Self.versions)
        #expect(try await client.answer()?.status == 200)
      }
    }
  }

  @Test func aBodyWithoutEndIsRefusedWhileItIsSent() async throws {
    var limits = HTTPServer.Limits()
    limits.linger = .milliseconds(200)
    try await withServedHomeserver(limits: limits) { server in
      try await withRawClient(to: server.endpoint) { client in
        try await client.send(Self.register + "Content-Length: 1000000000\r\n\r\n{\"")
        let answer = try #require(try await client.answer())
        #expect(answer.status == 413)
        #expect(answer.headers["connection"] == "close")
        #expect(try await client.answer() == nil)
      }
    }
  }

  @Test func aClientThatAsksFirstIsInvited() async throws {
    try await withServedHomeserver { server in
      try await withRawClient(to: server.endpoint) { client in
        try await client.send(Self.register + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        #expect(try await client.answer()?.status == 100)
        try await client.send("{}")
        #expect(try await client.answer()?.status == 401)
        try await client.send(Self.register + "Expect: 100-continue\r\nContent-Length: 70000\r\n\r\n")
        #expect(try await client.answer()?.status == 413)
      }
    }
  }

  @Test func aBodyCutInTheMiddleEndsTheConnection() async throws {
    try await withServedHomeserver { server in
      try await withRawClient(to: server.endpoint) { client in
        try await client.send(Self.register + "Content-Length: 20\r\n\r\n{\"user")
        client.finish()
        await client.waitForEnd()
      }
    }
  }
}
