internal import HTTPTestSupport
internal import Homeserver
internal import HomeserverHTTP
internal import MatrixWire
internal import PorchlightSDK
internal import PorchlightTestSupport
internal import Ports
internal import Testing

/// Requests with bytes changed, cut, moved and repeated: whatever comes of them, everybody else is served. What
/// the bodies themselves may hold is tested without sockets, in `HomeserverTests`.
@Suite(.serialized, .usesRealTime, .timeLimit(.minutes(5))) struct MutationTests {
  private static let versions = "GET /_matrix/client/versions HTTP/1.1\r\nHost: h\r\n\r\n"

  private static let seeds = [
    "GET /_matrix/client/versions?a=%20b HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer x\r\n\r\n",
    "GET http://h:8008/_matrix/client/v3/sync?since=p1_1&timeout=0 HTTP/1.1\r\nHost: h\r\n\r\n",
    "POST /_matrix/client/v3/register HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}",
    "PUT /_matrix/client/v3/presence/%40a%3Ab/status HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      + "2;x=y\r\n{}\r\n0\r\nTrailer: t\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
    "POST /_matrix/client/r0/login?access_token=x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
      + "Content-Length: 14\r\n\r\n{\"user\":\"a\",1}" + versions + versions,
    "GET /_matrix/client/versions HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + versions,
  ]

  /// What is put in somewhere.
  private static let inserts = [
    "\r\n", "\n", "\r", "\0", "\t", " ", ":", "%", "%00", "%ff", "\u{e9}", "HTTP/1.0", "http://x:1/", "//",
    "?", "#",
    "Content-Length: 5\r\n", "Content-Length: -1\r\n", "Content-Length: 99999999999999999999\r\n",
    "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: gzip, chunked\r\n",
    "Transfer-Encoding: identity\r\n",
    "Host: x\r\n", "Expect: 100-continue\r\n", "Expect: more\r\n", "Connection: close\r\n",
    "Upgrade: websocket\r\n",
    " folded\r\n", "FFFFFFFFFFFFFFFF\r\n", "0\r\n\r\n", "-1\r\n", "Authorization: Bearer\r\n",
    "Authorization: Basic eA==\r\n", "Content-Encoding: gzip\r\n", String(repeating: "x", count: 5_000),
    String(repeating: "X: y\r\n", count: 120),
  ]

  private static func mutant(_ random: inout SeededGenerator) -> [UInt8] {
    var bytes = Array((seeds.randomElement(using: &random) ?? "").utf8)
    for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: bytes.indices, using: &random)
      switch Int.random(in: 0..<8, using: &random) {
      case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(contentsOf: bytes[place...].prefix(9), at: place)
      case 3: bytes.insert(UInt8(ascii: "9"), at: place)
      case 4: bytes.removeSubrange(place...)
      case 5:
        // Behind the end of a line, where a header may stand.
        let line = bytes[place...].firstIndex(of: 0x0A).map { $0 + 1 } ?? place
        bytes.insert(contentsOf: (inserts.randomElement(using: &random) ?? "").utf8, at: line)
      default: bytes.insert(contentsOf: (inserts.randomElement(using: &random) ?? "").utf8, at: place)
      }
    }
    return bytes
  }

  private static let statuses: Set<Int> = [100, 200, 204, 400, 401, 403, 404, 405, 413, 431, 505]

  private static func isProper(_ answer: RawClient.Answer) -> Bool {
    guard statuses.contains(answer.status) else { return false }
    let isRefusal = answer.status >= 400
    return !isRefusal
      || answer.headers["content-type"] == "application/json" && (answer.isError || answer.status == 401)
  }

  @Test(arguments: 1...4)
  func everyAnswerIsOneAndTheNeighbourIsServed(_ seed: UInt64) async throws {
    try await withServedHomeserver { server in
      var random = SeededGenerator(seed: seed)
      try await withRawClient(to: server.endpoint) { neighbour in
        for step in 0..<1_250 {
          let mutant = Self.mutant(&random)
          try await withRawClient(to: server.endpoint) { client in
            // A server that has heard enough may close while there is more to send.
            try? await client.send(mutant)
            client.finish()
            while let answer = try await client.answer() {
              guard Self.isProper(answer) else {
                Issue.record(
                  "seed \(seed), step \(step): \(answer) to \(String(decoding: mutant, as: UTF8.self))")
                break
              }
            }
          }
          guard step % 10 == 0 else { continue }
          try await neighbour.send(Self.versions)
          let status = try await neighbour.answer()?.status
          if status != 200 { Issue.record("seed \(seed), step \(step): the neighbour") }
        }
      }
      #expect(server.homeserver.waitingPolls == 0)
    }
  }

  /// Whatever is in a body, its length says where the next request begins.
  @Test(arguments: 11...14)
  func aBadBodyDoesNotEndItsConnection(_ seed: UInt64) async throws {
    try await withServedHomeserver { server in
      let token = try await server.token(of: "ann").rawValue
      let head =
        "PUT /_matrix/client/v3/presence/%40ann%3Aharbor.example/status HTTP/1.1\r\nHost: h\r\n"
        + "Authorization: Bearer \(token)\r\n"
      try await withRawClient(to: server.endpoint) { client in
        var random = SeededGenerator(seed: seed)
        for step in 0..<1_000 {
          var body = Array(#"{"presence":"online","status_msg":"hello"}"#.utf8)
          for _ in 0..<Int.random(in: 1...6, using: &random) {
            body[Int.random(in: body.indices, using: &random)] = UInt8.random(
              in: .min ... .max, using: &random)
          }
          body.removeLast(Int.random(in: 0..<body.count, using: &random))
          let size = String(body.count, radix: 16)
          let isChunked = Bool.random(using: &random) && !body.isEmpty
          if isChunked {
            try await client.send(
              Array("\(head)Transfer-Encoding: chunked\r\n\r\n\(size)\r\n".utf8) + body
                + Array("\r\n0\r\n\r\n".utf8))
          } else {
            try await client.send(Array("\(head)Content-Length: \(body.count)\r\n\r\n".utf8) + body)
          }
          let answer = try await client.answer()
          try await client.send(Self.versions)
          let next = try await client.answer()
          guard [200, 400].contains(answer?.status), next?.status == 200 else {
            Issue.record(
              "seed \(seed), step \(step): \(String(describing: answer)), then \(String(describing: next))")
            return
          }
        }
      }
    }
  }
}
