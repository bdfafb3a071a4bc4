public import Homeserver
public import MatrixWire
public import Ports
internal import PresenceCore

/// A homeserver on this machine's time that sends every invite at once, however often: for tests of what the time of an
/// answer tells.
public struct TimedHomeserver: Sendable {
  public let homeserver: Homeserver
  public let name: ServerName

  /// Runs a server for as long as `body` takes.
  ///
  /// - Parameters:
  ///   - speed: how many times faster than the machine's its clock is, so that what follows an answer by some
  ///     milliseconds falls into the requests that are measured.
  ///   - store: what it starts from and writes to.
  ///   - federation: how it meets others; nil where it meets none.
  ///   - body: what is measured.
  /// - Throws: `Missing` for a malformed name, `StoreError` where the store cannot be read, and whatever `body` throws.
  public static func run(
    speed: Int64 = 1, store: any ServerStore = MemoryServerStore(), federation: Federation? = nil,
    _ body: (TimedHomeserver) async throws -> Void
  ) async throws {
    let name = try ServerName("harbor.example").orThrow("a name")
    var configuration = Homeserver.Configuration(name: name)
    configuration.rateLimits = .none
    configuration.batching = .zero
    configuration.limits.inviteRepeat = .zero
    // More than are tried: a refusal is less work.
    configuration.limits.invitesPerServer = .max
    let homeserver = Homeserver(
      configuration, stored: try await store.load(for: name), store: store, secrets: TestSecrets(),
      time: MachineTime(speed: speed), random: SeededGenerator(seed: 1), federation: federation)
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { await homeserver.run() }
      try await body(TimedHomeserver(homeserver: homeserver, name: name))
      group.cancelAll()
    }
  }

  public func user(_ localpart: String) throws -> UserID {
    try UserID(localpart: localpart, server: name).orThrow("a name")
  }

  /// A new user, who has set a status as most users have.
  public func register(_ localpart: String, as presence: PresenceState = .online) async throws -> AccessToken
  {
    let request = RegisterRequest(username: localpart, auth: .init(type: "m.login.dummy"))
    let answer = await homeserver.respond(to: ClientAPI.register(request), from: .inProcess)
    let token = try WireJSON.decode(Credentials.self, from: answer.body).accessToken.orThrow("a token")
    var status = ClientAPI.setStatus(
      StatusUpdate(presence: presence, statusMessage: nil), of: try user(localpart))
    status.accessToken = token
    _ = await homeserver.respond(to: status, from: .inProcess)
    return token
  }

  /// How long the answers to requests take that are made one after the other.
  public func time(_ requests: [WireRequest], from peer: Requester = .inProcess) async -> Duration {
    let clock = ContinuousClock()
    let began = clock.now
    for request in requests { _ = await homeserver.respond(to: request, from: peer) }
    return clock.now - began
  }

  /// Times requests about users, and about names without an account.
  ///
  /// - Parameters:
  ///   - tries: how many of each.
  ///   - time: makes the requests about a name in the `number`th try of its kind, and says how long they took.
  /// - Returns: how long those about users took, and the others.
  /// - Throws: whatever `time` throws.
  public func compareExistence(
    tries: Int, _ time: (_ localpart: String, _ number: Int) async throws -> Duration
  ) async throws -> RankTest {
    // Where a name falls in a table differs by chance, and from process to process: many even it out.
    let numbers = 100..<500
    for number in numbers { _ = try await register("a\(number)") }
    return try await RankTest.compare(tries: tries, seed: 2) { isNobody, number in
      try await time("\(isNobody ? "b" : "a")\(numbers.lowerBound + number % numbers.count)", number)
    }
  }
}

extension WireRequest {
  /// An invite, and what takes it back.
  public static func inviteAndDrop(_ user: UserID, as token: AccessToken) -> [WireRequest] {
    [PresenceListRequest(invite: [user]), PresenceListRequest(drop: [user])].map { change in
      var request = ClientAPI.changePresenceList(change)
      request.accessToken = token
      return request
    }
  }
}

/// Time as this machine has it, or faster.
public struct MachineTime: Timekeeper {
  private let clock = ContinuousClock()
  private let origin: ContinuousClock.Instant
  private let speed: Int64

  public init(speed: Int64 = 1) {
    self.speed = speed
    origin = clock.now
  }

  public var instant: Instant { .origin + origin.duration(to: clock.now) * speed }

  public var wallTime: WallTime {
    WallTime(milliseconds: VirtualTime.epoch + Int64((instant - .origin).wholeMilliseconds))
  }

  public func sleep(until deadline: Instant) async throws {
    try await clock.sleep(until: origin.advanced(by: (deadline - .origin) / speed))
  }
}
