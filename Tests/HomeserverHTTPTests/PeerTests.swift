internal import HTTPTestSupport
internal import Homeserver
internal import HomeserverHTTP
internal import MatrixWire
internal import PorchlightTestSupport
internal import Ports
internal import Testing

/// Requests of other servers over sockets, good and bad: clients beside them are served all the while.
@Suite(.usesRealTime, .timeLimit(.minutes(5))) struct PeerTests {
  /// Every other server has this key, and one of them never says so.
  private struct Others: PeerTransport {
    let signer: TestSigner

    func send(_ request: WireRequest, to server: ServerName) async throws -> WireResponse {
      guard server.rawValue != "hangs.test" else {
        let time = RealTime()
        try await time.sleep(until: time.instant + request.timeout)
        throw ExchangeError(.timedOut, "\(server) did not answer.")
      }
      let document = try signer.document(
        of: server, validUntil: RealTime().wallTime.milliseconds + 3_600_000)
      return WireResponse(status: 200, body: document.body)
    }
  }

  private let signer: TestSigner

  init() throws { signer = TestSigner(try KeyID("ed25519:a_1").orThrow("a key"), secret: 1) }

  private func federation() -> Federation {
    Federation(transport: Others(signer: signer), signer: signer, verifier: TestVerifier())
  }

  /// A signed transaction as it is on the wire.
  private func bytes(_ body: String, id: String, from origin: String = "evil.test") throws -> String {
    let plain = WireRequest(.put, ["_matrix", "federation", "v1", "send", id], body: Array(body.utf8))
    let signed = try signer.signed(
      plain, from: ServerName(origin).orThrow("a name"), to: ServerName("harbor.example").orThrow("a name"))
    let header = try signed.signatures.first.orThrow("a signature")
    return "PUT \(plain.target) HTTP/1.1\r\nHost: h\r\nAuthorization: \(header)\r\nContent-Length: "
      + "\(body.utf8.count)\r\n\r\n\(body)"
  }

  private static let good = #"{"edus":[],"origin":"evil.test","origin_server_ts":1,"pdus":[]}"#

  @Test func badTransactionsAreRefusedAndTheConnectionGoesOn() async throws {
    let events = Array(repeating: "{}", count: 51).joined(separator: ",")
    let many = Self.good.replacing(#""pdus":[]"#, with: #""pdus":[\#(events)]"#)
    let unsigned = "PUT /_matrix/federation/v1/send/4 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}"
    let requests = [
      (try bytes(Self.good, id: "1"), 200), (try bytes(Self.good, id: "1"), 200),
      (try bytes(String(repeating: "[", count: 200_000), id: "2"), 400),
      (try bytes(String(Self.good.dropLast(5)), id: "3"), 400), (unsigned, 401),
      (try bytes(many, id: "5"), 400), (try bytes(String(repeating: " ", count: 1_100_000), id: "6"), 413),
      (try bytes(Self.good, id: "7"), 200),
    ]
    try await withServedHomeserver(meeting: federation()) { server in
      try await withRawClient(to: server.endpoint) { client in
        for (request, expected) in requests {
          try await client.send(request)
          let answer = try await client.answer()
          #expect(answer?.status == expected, "\(request.prefix(60))")
        }
      }
    }
  }

  @Test func aServerWhoseKeysHangAndOneThatStopsInTheMiddleHoldNobodyUp() async throws {
    try await withServedHomeserver(meeting: federation()) { server in
      let token = try await server.token(of: "ann")
      try await withRawClient(to: server.endpoint) { hanging in
        try await hanging.send(
          bytes(Self.good.replacing("evil.test", with: "hangs.test"), id: "1", from: "hangs.test"))
        try await withRawClient(to: server.endpoint) { cut in
          try await cut.send(String(bytes(Self.good, id: "1").dropLast(10)))
          try await withRawClient(to: server.endpoint) { client in
            try await client.send(
              "GET /_matrix/client/v3/account/whoami HTTP/1.1\r\nHost: h\r\n"
                + "Authorization: Bearer \(token.rawValue)\r\n\r\n")
            #expect(try await client.answer()?.status == 200)
            try await client.send(bytes(Self.good, id: "2"))
            #expect(try await client.answer()?.status == 200)
          }
        }
      }
    }
  }
}
