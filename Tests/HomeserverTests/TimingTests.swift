import Homeserver
import MatrixWire
import PorchlightTestSupport
import Ports
import PresenceCore
import Synchronization
import Testing

/// The time of an answer tells neither which users are connected nor which exist.
@Suite(.serialized, .usesAllCores) struct TimingTests {
  private static let tries = 1_500

  @Test func theRanksOfUnlikeSamplesAreFarApart() {
    let first = (0..<1_000).map { Duration.microseconds($0) }
    #expect(RankTest(first, first.map { $0 + .nanoseconds(1) }).z < 1)
    #expect(RankTest(first, first.map { $0 + .microseconds(200) }).z > 4)
  }

  // MARK: Who is there

  /// A stream that is always open, and opened again with every answer.
  private final class OpenStream: Sendable {
    private let server: Homeserver
    private let token: AccessToken
    private let answers = Mutex(0)
    private let (wishes, wish) = AsyncStream<SyncToken?>.makeStream()

    init(_ server: Homeserver, _ token: AccessToken) { (self.server, self.token) = (server, token) }

    var count: Int { answers.withLock(\.self) }

    func run() async {
      wish.yield(nil)
      for await since in wishes {
        var request = ClientAPI.sync(since: since, wait: .seconds(60), setPresence: .online, filter: nil)
        request.accessToken = token
        let poll = server.poll(for: request) { [weak self] answer in
          guard let next = try? WireJSON.decode(SyncAnswer.self, from: answer.body).nextBatch else { return }
          self?.answers.withLock { $0 += 1 }
          self?.wish.yield(next)
        }
        if let poll { await server.open([poll]) }
      }
    }
  }

  @Test func howLongAnInviteTakesDoesNotTellWhetherAHiddenPersonIsConnected() async throws {
    try await TimedHomeserver.run { server in
      let ann = try await server.register("ann")
      let (away, there) = ((10..<50).map { "a\($0)" }, (10..<50).map { "b\($0)" })
      var streams: [OpenStream] = []
      for name in away + there {
        let token = try await server.register(name, as: .hidden)
        if there.contains(name) { streams.append(OpenStream(server.homeserver, token)) }
      }
      let open = streams
      try await withThrowingDiscardingTaskGroup { group in
        for stream in open { group.addTask { await stream.run() } }
        #expect(await Self.eventually { server.homeserver.waitingPolls == there.count })
        let before = open.map(\.count).reduce(0, +)
        let times = try await RankTest.compare(tries: Self.tries, seed: 1) { isThere, number in
          let name = (isThere ? there : away)[number % there.count]
          return try await server.time(WireRequest.inviteAndDrop(server.user(name), as: ann))
        }
        #expect(times.z <= 4, "\(times)")
        #expect(
          await Self.eventually { open.map(\.count).reduce(0, +) > before }, "those who are there hear of it")
        group.cancelAll()
      }
    }
  }

  /// Waits until something is so; other tests may have the machine for a while.
  private static func eventually(_ isSo: () -> Bool) async -> Bool {
    for _ in 0..<30_000 {
      if isSo() { return true }
      try? await Task.sleep(for: .milliseconds(2))
    }
    return isSo()
  }

  // MARK: Who exists

  @Test func howLongAnInviteTakesDoesNotTellWhetherAPersonExists() async throws {
    try await TimedHomeserver.run { server in
      let ann = try await server.register("ann")
      let times = try await server.compareExistence(tries: Self.tries) { name, _ in
        try await server.time(WireRequest.inviteAndDrop(server.user(name), as: ann))
      }
      #expect(times.z <= 4, "\(times)")
    }
  }

  /// What is put off until an answer has left takes the time of the next request.
  @Test func howLongWhatFollowsAnInviteTakesDoesNotTellWhetherAPersonExists() async throws {
    try await TimedHomeserver.run(speed: 40) { server in
      let ann = try await server.register("ann")
      var next = ClientAPI.status(of: try server.user("ann"))
      next.accessToken = ann
      let others = Array(repeating: next, count: 8)
      let times = try await server.compareExistence(tries: Self.tries) { name, _ in
        try await server.time(WireRequest.inviteAndDrop(server.user(name), as: ann) + others)
      }
      #expect(times.z <= 4, "\(times)")
    }
  }

  @Test(arguments: [1, 40] as [Int64])
  func howLongAnotherServersInviteTakesDoesNotTellWhetherAPersonExists(speed: Int64) async throws {
    let other = try OtherServer()
    try await TimedHomeserver.run(speed: speed, federation: other.federation) { server in
      let times = try await server.compareExistence(tries: Self.tries) { name, number in
        let requests = try ["m.presence_invite", "chat.porchlight.presence_drop"].map { kind in
          try other.transaction(kind, of: name, id: "\(kind)\(name)\(number)", to: server.name)
        }
        return await server.time(requests, from: OtherServer.peer)
      }
      #expect(times.z <= 4, "\(times)")
    }
  }
}

/// Another server, with a key, who takes whatever it is sent.
private struct OtherServer: PeerTransport {
  static let peer = Requester(address: "192.0.2.66", isSameUser: false)
  private let name: ServerName
  private let signer: TestSigner

  init() throws {
    name = try ServerName("far.example").orThrow("a name")
    signer = TestSigner(try KeyID("ed25519:a_1").orThrow("a key"), secret: 66)
  }

  var federation: Federation { Federation(transport: self, signer: signer, verifier: TestVerifier()) }

  func send(_ request: WireRequest, to server: ServerName) async throws -> WireResponse {
    guard request.path.contains("key") else { return WireResponse(status: 200, body: Array("{}".utf8)) }
    let document = try signer.document(of: server, validUntil: VirtualTime.epoch + 6 * 86_400_000)
    return WireResponse(status: 200, body: document.body)
  }

  func transaction(_ kind: String, of localpart: String, id: String, to server: ServerName) throws
    -> WireRequest
  {
    let content = #"{"observed_user":"@\#(localpart):\#(server)","observer_user":"@mal:\#(name)"}"#
    let body =
      #"{"edus":[{"content":\#(content),"edu_type":"\#(kind)"}],"origin":"\#(name)","origin_server_ts":1,"pdus":[]}"#
    return try signer.signed(
      WireRequest(.put, ["_matrix", "federation", "v1", "send", id], body: Array(body.utf8)), from: name,
      to: server)
  }
}
