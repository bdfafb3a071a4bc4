import Homeserver
import MatrixWire
import PorchlightTestSupport
import Ports
import PresenceCore
import Synchronization
import Testing

/// What the time of an answer tells: nothing of who is there, and nothing of who exists.
///
/// Two kinds of tries take turns at random in one process, so that whatever else the machine does meets both alike,
/// and their ranks are compared: a z of 4 comes by chance once in thirty thousand runs.
@Suite(.serialized) struct TimingTests {
  private static let tries = 1_500

  /// A homeserver on real time, where every invite is put at once, however often.
  private static func withServer(_ body: (Homeserver) async throws -> Void) async throws {
    var configuration = Homeserver.Configuration(name: try ServerName("harbor.example").orThrow("a name"))
    configuration.rateLimits = .none
    configuration.batching = .zero
    configuration.limits.inviteRepeat = .zero
    let server = Homeserver(
      configuration, secrets: TestSecrets(), time: MachineTime(), random: SeededGenerator(seed: 1))
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { await server.run() }
      try await body(server)
      group.cancelAll()
    }
  }

  private static func register(_ name: String, at server: Homeserver) async throws -> AccessToken {
    let request = RegisterRequest(username: name, auth: .init(type: "m.login.dummy"))
    let answer = await server.respond(to: ClientAPI.register(request), from: .inProcess)
    return try WireJSON.decode(Credentials.self, from: answer.body).accessToken.orThrow("a token")
  }

  /// How long each of two kinds of tries takes, in turns at random.
  private static func measure(
    _ seed: UInt64, _ attempt: (_ isSecond: Bool, _ number: Int) async throws -> Duration
  ) async throws -> (first: [Duration], second: [Duration]) {
    var random = SeededGenerator(seed: seed)
    var (first, second): ([Duration], [Duration]) = ([], [])
    for number in 0..<(tries + 100) {
      // What was put off is done now and then.
      if number % 40 == 0 { try await Task.sleep(for: .milliseconds(1)) }
      let startsWithSecond = Bool.random(using: &random)
      for isSecond in [startsWithSecond, !startsWithSecond] {
        let span = try await attempt(isSecond, number)
        // The first ones fill caches.
        guard number >= 100 else { continue }
        if isSecond { second.append(span) } else { first.append(span) }
      }
    }
    return (first, second)
  }

  /// How many standard deviations the ranks of two samples are apart (Mann and Whitney).
  static func z(_ first: [Duration], _ second: [Duration]) -> Double {
    let all = (first.map { ($0, true) } + second.map { ($0, false) }).sorted { $0.0 < $1.0 }
    let sum = all.enumerated().reduce(0.0) { $0 + ($1.element.1 ? Double($1.offset + 1) : 0) }
    let (n, m) = (Double(first.count), Double(second.count))
    let mean = n * (n + m + 1) / 2
    return abs(sum - mean) / (n * m * (n + m + 1) / 12).squareRoot()
  }

  /// Names of one kind. Where a name falls in a table differs by chance, and from process to process: many even it out.
  private static func names(_ letter: String) -> [String] { (10..<50).map { "\(letter)\($0)" } }

  /// An invite and a drop of somebody by Ann.
  private static func ask(_ user: String, as ann: AccessToken, at server: Homeserver) async -> Duration {
    let clock = ContinuousClock()
    let path = ["_matrix", "client", "unstable", "chat.porchlight", "presence", "list"]
    let requests = ["invite", "drop"].map { step in
      WireRequest(
        .post, path, accessToken: ann, body: Array(#"{"\#(step)":["@\#(user):harbor.example"]}"#.utf8))
    }
    let began = clock.now
    for request in requests { _ = await server.respond(to: request, from: .inProcess) }
    return clock.now - began
  }

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

  @Test func theRanksOfUnlikeSamplesAreFarApart() {
    let first = (0..<1_000).map { Duration.microseconds($0) }
    #expect(Self.z(first, first.map { $0 + .nanoseconds(1) }) < 1)
    #expect(Self.z(first, first.map { $0 + .microseconds(200) }) > 4)
  }

  @Test func howLongAnInviteTakesDoesNotTellWhetherAHiddenPersonIsConnected() async throws {
    try await Self.withServer { server in
      let ann = try await Self.register("ann", at: server)
      let (away, there) = (Self.names("a"), Self.names("b"))
      var streams: [OpenStream] = []
      for name in away + there {
        let token = try await Self.register(name, at: server)
        var request = ClientAPI.setStatus(
          StatusUpdate(presence: .hidden, statusMessage: nil),
          of: try UserID("@\(name):harbor.example").orThrow("a name"))
        request.accessToken = token
        _ = await server.respond(to: request, from: .inProcess)
        if there.contains(name) { streams.append(OpenStream(server, token)) }
      }
      let open = streams
      try await withThrowingDiscardingTaskGroup { group in
        for stream in open { group.addTask { await stream.run() } }
        #expect(await Self.eventually { server.waitingPolls == there.count })
        let before = open.map(\.count).reduce(0, +)
        let (first, second) = try await Self.measure(1) { isThere, number in
          let name = (isThere ? there : away)[number % there.count]
          return await Self.ask(name, as: ann, at: server)
        }
        #expect(Self.z(first, second) <= 4)
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
}

/// Time as this machine has it.
private struct MachineTime: Timekeeper {
  private let clock = ContinuousClock()
  private let origin: ContinuousClock.Instant

  init() { origin = clock.now }

  var instant: Instant { .origin + origin.duration(to: clock.now) }

  var wallTime: WallTime {
    let age = instant - .origin
    return WallTime(milliseconds: 1_795_262_400_000 + Int64(age.wholeMilliseconds))
  }

  func sleep(until deadline: Instant) async throws {
    try await clock.sleep(until: origin.advanced(by: deadline - .origin))
  }
}
