internal import HTTPTestSupport
internal import MatrixWire
internal import PorchlightTestSupport
internal import Testing

/// Where a request says who asks (Protocol 1.4).
@Suite(.usesRealTime, .timeLimit(.minutes(5))) struct RequestHeadTests {
  private static let prefixes = ["api/v1", "r0", "v3"]

  /// Sends one request, and tells its status and whether it says that a token is missing.
  private func ask(_ target: String, _ headers: [String], of server: ServedHomeserver) async throws -> String
  {
    try await withRawClient(to: server.endpoint) { client in
      let head = headers.map { $0 + "\r\n" }.joined()
      try await client.send("GET \(target) HTTP/1.1\r\nHost: h\r\n\(head)\r\n")
      let answer = try #require(try await client.answer())
      let code = ["M_MISSING_TOKEN", "M_UNKNOWN_TOKEN"].first { answer.body.contains($0) }
      return "\(answer.status) \(code ?? "-")"
    }
  }

  /// `/versions` says v1.1, which has them.
  @Test(arguments: prefixes) func aTokenInTheQueryCountsOnEveryPrefix(prefix: String) async throws {
    try await withServedHomeserver { server in
      let token = try await server.token(of: "ann").rawValue
      let target = "/_matrix/client/\(prefix)/account/whoami"
      #expect(try await ask("\(target)?access_token=\(token)", [], of: server) == "200 -")
      #expect(try await ask("\(target)?a=b&access_token=\(token)&c=d", [], of: server) == "200 -")
      #expect(try await ask("\(target)?access_token=no", [], of: server) == "401 M_UNKNOWN_TOKEN")
      #expect(try await ask("\(target)?access_token=", [], of: server) == "401 M_MISSING_TOKEN")
      #expect(try await ask(target, ["Authorization: Bearer \(token)"], of: server) == "200 -")
    }
  }

  @Test func aTokenInTheQueryCountsForOurOwnEndpointsAndForPolls() async throws {
    try await withServedHomeserver { server in
      let token = try await server.token(of: "ann").rawValue
      for path in ["unstable/chat.porchlight/presence/list", "v3/sync", "r0/initialSync"] {
        #expect(try await ask("/_matrix/client/\(path)?access_token=\(token)", [], of: server) == "200 -")
      }
    }
  }

  @Test(arguments: prefixes) func aTokenInTheHeaderAndInTheQueryIsNone(prefix: String) async throws {
    try await withServedHomeserver { server in
      let token = try await server.token(of: "ann").rawValue
      let target = "/_matrix/client/\(prefix)/account/whoami"
      for (query, header) in [
        (token, "Bearer \(token)"), (token, "Bearer no"), ("no", "Bearer \(token)"), ("", "Bearer \(token)"),
        (token, "Basic eA=="), (token, ""),
      ] {
        let headers = ["Authorization: \(header)"]
        #expect(
          try await ask("\(target)?access_token=\(query)", headers, of: server) == "401 M_MISSING_TOKEN")
      }
    }
  }

  @Test(arguments: prefixes) func twoTokensOfOneKindAreNone(prefix: String) async throws {
    try await withServedHomeserver { server in
      let token = try await server.token(of: "ann").rawValue
      let target = "/_matrix/client/\(prefix)/account/whoami"
      for other in ["Bearer \(token)", "Bearer no", "Basic eA=="] {
        let headers = ["Authorization: Bearer \(token)", "Authorization: \(other)"]
        #expect(try await ask(target, headers, of: server) == "401 M_MISSING_TOKEN")
        #expect(try await ask(target, headers.reversed(), of: server) == "401 M_MISSING_TOKEN")
      }
      let query = "\(target)?access_token=\(token)&access_token=\(token)"
      #expect(try await ask(query, [], of: server) == "401 M_MISSING_TOKEN")
    }
  }
}
