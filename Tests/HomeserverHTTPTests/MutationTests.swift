internal import HTTPTestSupport
internal import HomeserverHTTP
internal import PorchlightSDK
internal import Testing

/// Requests with bytes changed, cut and repeated: whatever comes of them, the next client is served.
@Suite(.timeLimit(.minutes(1))) struct MutationTests {
  private static let seeds = [
    "GET /_matrix/client/versions?a=%20b HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer x\r\n\r\n",
    "POST /_matrix/client/v3/register HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}",
    "PUT /_matrix/client/v3/presence/%40a%3Ab/status HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      + "2;x=y\r\n{}\r\n0\r\nTrailer: t\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
  ]

  private static func mutant(_ random: inout SeededGenerator) -> [UInt8] {
    var bytes = Array((seeds.randomElement(using: &random) ?? "").utf8)
    for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: bytes.indices, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(contentsOf: bytes[place...].prefix(9), at: place)
      case 3: bytes.insert(UInt8(ascii: "9"), at: place)
      default: bytes.removeSubrange(place...)
      }
    }
    return bytes
  }

  @Test(arguments: 1...4)
  func everyAnswerIsOne(_ seed: UInt64) async throws {
    try await withServedHomeserver { server in
      var random = SeededGenerator(seed: seed)
      for _ in 0..<250 {
        let mutant = Self.mutant(&random)
        try await withRawClient(to: server.endpoint) { client in
          try await client.send(mutant)
          client.finish()
          while let answer = try await client.answer() {
            let isFine = [100, 200, 204].contains(answer.status) || answer.isError || answer.status == 401
            #expect(isFine, "\(answer) to \(String(decoding: mutant, as: UTF8.self))")
          }
        }
      }
      try await withRawClient(to: server.endpoint) { client in
        try await client.send(Array("GET /_matrix/client/versions HTTP/1.1\r\nHost: h\r\n\r\n".utf8))
        #expect(try await client.answer()?.status == 200)
      }
    }
  }
}
