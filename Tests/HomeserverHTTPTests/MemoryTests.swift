internal import Glibc
internal import HTTPTestSupport
internal import Homeserver
internal import HomeserverHTTP
internal import MatrixWire
internal import PorchlightTestSupport
internal import Ports
internal import Synchronization
internal import Testing

/// What may be sent before it is looked at.
@Suite(.usesRealTime, .timeLimit(.minutes(5))) struct MemoryTests {
  private static let register = "POST /_matrix/client/v3/register HTTP/1.1\r\nHost: h\r\n"
  private static let send = "PUT /_matrix/federation/v1/send/1 HTTP/1.1\r\nHost: h\r\n"

  private static func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }

  private final class Count: Sendable {
    let value = Atomic(0)
  }

  private static var narrow: HTTPServer.Limits {
    var limits = HTTPServer.Limits()
    // A quarter is for those nobody knows: room for one large body.
    limits.memory = 400_000
    limits.head = .seconds(300)
    limits.body = .seconds(300)
    return limits
  }

  /// Sends what is never finished, and whole bodies beside it until the first has come to an end.
  ///
  /// - Returns: how the first was answered, and how many of the others were.
  private static func end(of beginning: String) async throws -> (answer: RawClient.Answer?, others: Int) {
    try await withServedHomeserver(limits: narrow) { server in
      let (isOver, served) = (Count(), Count())
      return try await withThrowingTaskGroup(of: RawClient.Answer?.self) { group in
        group.addTask {
          try await withRawClient(to: server.endpoint) { slow in
            try await slow.send(beginning)
            let answer = try await slow.answer()
            isOver.value.store(1, ordering: .relaxed)
            return answer
          }
        }
        while isOver.value.load(ordering: .relaxed) == 0 {
          try await withRawClient(to: server.endpoint) { client in
            try await client.send(register + "Content-Length: 65000\r\n\r\n" + spaces(64_998) + "{}")
            if try await client.answer()?.status == 401 { served.value.add(1, ordering: .relaxed) }
          }
        }
        return (try await group.next() ?? nil, served.value.load(ordering: .relaxed))
      }
    }
  }

  @Test func aBodyThatIsNeverFinishedGivesWay() async throws {
    let (answer, others) = try await Self.end(
      of: Self.register + "Content-Length: 60000\r\n\r\n" + Self.spaces(50_000))
    #expect(answer?.status == 503)
    #expect(answer?.isError == true)
    #expect(answer?.headers["connection"] == "close")
    #expect(others > 0)
  }

  @Test func aHeadThatIsNeverFinishedGivesWay() async throws {
    let head = "GET / HTTP/1.1\r\nHost: h\r\nX: x" + Self.spaces(30_000) + "x"
    let (answer, others) = try await Self.end(of: head)
    #expect(answer == nil)
    #expect(others > 0)
  }

  /// What is kept of its trailer takes the memory of its own body, which is the oldest there is.
  @Test func aTrailerThatIsNeverFinishedTakesTheMemoryOfItsOwnBody() async throws {
    try await withServedHomeserver(limits: Self.narrow) { server in
      try await withRawClient(to: server.endpoint) { client in
        let body = "FA00\r\n" + Self.spaces(64_000) + "\r\n0\r\n"
        try await client.send(
          Self.register + "Transfer-Encoding: chunked\r\n\r\n" + body + "X: x" + Self.spaces(30_000) + "x")
        #expect(try await client.answer().map { $0.status == 503 } ?? true)
      }
      try await withRawClient(to: server.endpoint) { client in
        try await client.send("GET /_matrix/client/versions HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(try await client.answer()?.status == 200)
      }
    }
  }

  private struct Nobody: PeerTransport {
    func send(_ request: WireRequest, to server: ServerName) async throws -> WireResponse {
      throw ExchangeError(.unreachable, "Nobody is there.")
    }
  }

  /// A transaction of a megabyte that nobody can have signed is refused by its head, of which nothing more is read.
  @Test(arguments: [
    "", "Authorization: X-Matrix nonsense\r\n",
    "Authorization: X-Matrix origin=\"a.test\",destination=\"other.example\",key=\"ed25519:1\",sig=\"AAAA\"\r\n",
    "Authorization: X-Matrix origin=\"harbor.example\",key=\"ed25519:1\",sig=\"AAAA\"\r\n",
  ])
  func aTransactionWithoutASignatureIsSmall(_ header: String) async throws {
    let signer = TestSigner(try KeyID("ed25519:a_1").orThrow("a key"), secret: 1)
    let federation = Federation(transport: Nobody(), signer: signer, verifier: TestVerifier())
    try await withServedHomeserver(meeting: federation) { server in
      try await withRawClient(to: server.endpoint) { client in
        try await client.send(Self.send + header + "Expect: 100-continue\r\nContent-Length: 1048576\r\n\r\n")
        #expect(try await client.answer()?.status == 413)
      }
    }
  }

  @Test func aServerThatMeetsNobodyTakesNoTransaction() async throws {
    let header =
      "Authorization: X-Matrix origin=\"a.test\",destination=\"harbor.example\",key=\"ed25519:1\",sig=\"AAAA\"\r\n"
    try await withServedHomeserver { server in
      try await withRawClient(to: server.endpoint) { client in
        try await client.send(Self.send + header + "Expect: 100-continue\r\nContent-Length: 1048576\r\n\r\n")
        #expect(try await client.answer()?.status == 413)
      }
    }
  }

  /// A connection to a socket file that tells how much of what it sends was taken.
  private final class PlainSocket: Sendable {
    private let descriptor: CInt

    init(_ path: String) throws {
      descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
      let size = socklen_t(MemoryLayout<sockaddr_un>.size)
      let result = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
      }
      guard result == 0 else { throw Missing("a connection") }
    }

    deinit { close(descriptor) }

    /// - Returns: how many bytes were taken at once.
    func send(_ bytes: ArraySlice<UInt8>) -> Int {
      bytes.withUnsafeBytes { max(0, write(descriptor, $0.baseAddress, $0.count)) }
    }
  }

  /// Behind a parked poll a few kilobytes are read, not sixteen requests: what else is sent stays in the socket.
  @Test func aParkedPollReadsAheadBytesAndNotRequests() async throws {
    let folder = try TemporaryFolder()
    try await withServedHomeserver(at: .unix(path: folder.path + "/s")) { server in
      let token = try await server.token(of: "ann")
      let position = try await server.position(of: token)
      let line = try PlainSocket(folder.path + "/s")
      let poll =
        "GET /_matrix/client/v3/sync?since=\(PercentEncoding.encode(position.rawValue))&timeout=50000"
        + "&set_presence=offline HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer \(token.rawValue)\r\n\r\n"
      #expect(line.send(Array(poll.utf8)[...]) == poll.utf8.count)
      #expect(await eventually { server.homeserver.waitingPolls == 1 })
      let requests = String(
        repeating: Self.register + "Content-Length: 60000\r\n\r\n" + Self.spaces(59_998) + "{}", count: 40)
      var rest = Array(requests.utf8)[...]
      let all = rest.count
      // Every loop has many turns between what is sent.
      for _ in 0..<200 {
        rest = rest.dropFirst(line.send(rest))
        try await withRawClient(to: server.endpoint) { other in
          try await other.send("GET /_matrix/client/versions HTTP/1.1\r\nHost: h\r\n\r\n")
          #expect(try await other.answer()?.status == 200)
        }
      }
      // Sixteen of them were read before. Some hundred kilobytes are the socket's.
      #expect(all - rest.count < 600_000)
      #expect(server.homeserver.waitingPolls == 1)
    }
  }
}
