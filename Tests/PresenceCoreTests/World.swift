import MatrixWire
import Ports
import PresenceCore
import TestNames

let farFay = person("fay", on: far)

/// One server's rules with a clock turned by hand: time passes in `wait`, deadline by deadline.
struct World: Sendable {
  /// An effect and how long after the start it came.
  struct Told: Hashable {
    let after: Duration
    let effect: PresenceEffect
  }

  static let start = Moment(
    instant: .origin + .seconds(1_000_000), wall: WallTime(milliseconds: 1_700_000_000_000))

  var rules: PresenceRules
  private(set) var elapsed: Duration = .zero
  private(set) var told: [Told] = []

  /// A server with Ann, Bob and Cem, who have never been there.
  init(limits: PresenceLimits = .init(), autoAccept: AutoAccept = .never) {
    rules = PresenceRules(server: here, limits: limits, autoAccept: autoAccept)
    for user in [ann, bob, cem] { rules.register(user, now: Self.start) }
  }

  /// Ann watches Bob with his consent, and he has been offline for a day.
  static func annWatchesBob() throws -> World {
    var world = World()
    try world.befriend(ann, bob)
    world.wait(.seconds(86_400))
    return world
  }

  /// Ann watches Bob, whose device `tty` reports idleness itself and has a stream open for two minutes.
  static func annWatchesBobOnline() throws -> World {
    var world = try annWatchesBob()
    world.report(DeviceReport(idleness: .active), of: bob)
    world.open(bob)
    world.wait(.seconds(120))
    world.forget()
    return world
  }

  var now: Moment {
    Moment(
      instant: Self.start.instant + elapsed,
      wall: WallTime(
        milliseconds: Self.start.wall.milliseconds + Int64((elapsed / .milliseconds(1)).rounded())))
  }

  /// Forgets what was told so far.
  mutating func forget() { told = [] }

  /// What was told since the last `forget`.
  var effects: [PresenceEffect] { told.map(\.effect) }

  @discardableResult
  mutating func record(_ effects: [PresenceEffect]) -> [PresenceEffect] {
    told += effects.map { Told(after: elapsed, effect: $0) }
    return effects
  }

  // MARK: What people do

  mutating func befriend(_ observer: UserID, _ observed: UserID) throws {
    record(try rules.invite(observed, by: observer, now: now))
    record(try rules.accept(observer, by: observed, now: now))
  }

  /// Opens a poll; one too many is a mistake of the test.
  @discardableResult
  mutating func open(
    _ user: UserID, _ name: String = "tty", _ setPresence: PresenceState? = .online, looks: Bool = true
  ) -> StreamID {
    let intent = PollIntent(setPresence: setPresence, looks: looks)
    do {
      let (stream, effects) = try rules.streamOpened(of: user, on: device(name), intent, now: now)
      record(effects)
      return stream
    } catch {
      preconditionFailure("\(user) may not open a poll: \(error)")
    }
  }

  mutating func close(_ stream: StreamID, of user: UserID, _ name: String = "tty") {
    record(rules.streamEnded(stream, of: user, on: device(name), now: now))
  }

  /// Opens a poll and lets it return at once.
  mutating func poll(
    _ user: UserID, _ name: String = "tty", _ setPresence: PresenceState? = .online, looks: Bool = true
  ) {
    let stream = open(user, name, setPresence, looks: looks)
    close(stream, of: user, name)
  }

  mutating func put(
    _ presence: PresenceState, _ text: String? = nil, by user: UserID, on name: String? = "tty"
  ) throws {
    let update = StatusUpdate(presence: presence, statusMessage: text)
    record(try rules.setStatus(of: user, to: update, on: name.map(device), now: now))
  }

  mutating func report(_ report: DeviceReport, of user: UserID, _ name: String = "tty") {
    record(rules.report(of: user, on: device(name), report, now: now))
  }

  mutating func idle(_ user: UserID, for span: Duration, _ name: String = "tty") {
    report(DeviceReport(idleness: .since(milliseconds: span.wholeMilliseconds)), of: user, name)
  }

  mutating func active(_ user: UserID, _ name: String = "tty") {
    report(DeviceReport(idleness: .active), of: user, name)
  }

  /// Lets time pass, waking for every deadline on the way.
  mutating func wait(_ span: Duration) {
    let end = elapsed + span
    while let next = rules.nextDeadline, next <= Self.start.instant + end {
      elapsed = max(elapsed, next - Self.start.instant)
      record(rules.expire(now: now))
    }
    elapsed = end
    record(rules.expire(now: now))
  }

  // MARK: What is seen

  func state(of user: UserID) -> PresenceState? {
    rules.person(user)?.effective(at: now.instant, rules.limits)
  }

  func seen(_ target: UserID, by viewer: UserID) -> PresenceContent? {
    rules.presence(of: target, for: viewer, now: now)
  }

  /// How long ago a person was last active, exactly.
  func lastActive(_ user: UserID) -> Duration? {
    rules.person(user).map { now.instant - $0.lastActive }
  }
}

/// A small generator with a seed (SplitMix64): same seed, same interleaving.
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
