internal import Ports
internal import PresenceFederation

/// When what goes wrong, and when it is looked at. Episodes of one fault, with what must hold after exactly that
/// one, take turns with episodes of many at once; after each the world has peace for long enough to be right.
struct FaultPlan: Sendable {
  private(set) var faults: [Fault] = []
  private(set) var inspections: [Inspection] = []
  /// When people stop acting, and faults have long stopped.
  private(set) var end: Instant = .origin

  private var random: SeededGenerator
  private let serverCount: Int
  private let bound: Duration
  private var cursor: Instant = .origin + .seconds(180)

  /// How long after a crash a user may still be shown, plus what the network takes (R6).
  static func absenceBound(_ policy: PresencePolicy) -> Duration {
    policy == .economical ? .seconds(251) : .seconds(71)
  }

  /// One answer's latency, both ways at its worst.
  static let roundTrip: Duration = .milliseconds(2000)
  /// After all faults, every view is right within this span.
  static let recovery: Duration = .seconds(120)

  /// These faults and no others; nothing is inspected.
  init(_ scenario: Scenario, faults: [Fault], until end: Instant) {
    random = SeededGenerator(seed: scenario.seed, .faults)
    serverCount = scenario.servers.count
    bound = Self.absenceBound(scenario.policy)
    self.faults = faults
    self.end = end
    inspect(.theEnd, at: end)
  }

  init(_ scenario: Scenario) {
    random = SeededGenerator(seed: scenario.seed, .faults)
    serverCount = scenario.servers.count
    bound = Self.absenceBound(scenario.policy)
    crash()
    // Where little happens at a time, it goes on for longer.
    let size = scenario.servers.count * scenario.people.count
    let least = Duration.seconds(2400) * min(max(1, 120 / Double(size)), 4)
    while faults.count < 5 || cursor < .origin + least {
      switch random.pick(0...9) {
      case 0, 1: crash()
      case 2, 3: partition()
      case 4: mildFault()
      case 5: massRestart()
      case 6: hostility()
      default: chaos()
      }
    }
    if !scenario.chatterboxes.isEmpty {
      cursor = cursor + scenario.timing.longInterval * 1.3
      inspect(.reminders, at: cursor)
    }
    rest()
  }

  // MARK: Episodes

  /// One server dies, and comes back.
  private mutating func crash() {
    let server = random.pick(0...serverCount - 1)
    let isQuick = random.happens(0.5)
    let downtime = isQuick ? random.span(0.5...30) : bound + random.span(5...200)
    let vanishes = random.happens(0.5)
    let fault = add(
      .crash(server: server, .atOnce, losesDisk: random.happens(0.15), vanishes: vanishes), lasting: downtime)
    if !isQuick { inspect(.absence(fault: fault), at: cursor + bound + Self.roundTrip) }
    // Every third comes back only to fall again, before all peers were greeted.
    var length = downtime
    if random.happens(0.33) {
      let (life, second) = (random.span(0.05...5), random.span(0.5...20))
      faults.append(
        Fault(
          kind: .crash(server: server, .atOnce, losesDisk: false, vanishes: vanishes),
          from: cursor + length + life, until: cursor + length + life + second))
      length += life + second
    }
    let listening = cursor + length
    inspect(.repair(server: server), at: listening + .seconds(10))
    inspect(.repair(server: server), at: listening + .seconds(45))
    recover(after: length)
  }

  private mutating func massRestart() {
    let some = (0..<serverCount).filter { _ in random.happens(0.5) }
    let downtime = random.span(1...20)
    add(.crashes(some.isEmpty ? [0] : some), lasting: downtime)
    recover(after: downtime)
  }

  private mutating func partition() {
    let oneWay = random.happens(0.3)
    let length = random.happens(0.3) ? random.span(600...1800) : random.span(20...400)
    let fault = add(.partition(group(), oneWay: oneWay), lasting: length)
    if !oneWay, length > bound + Self.roundTrip {
      inspect(.absence(fault: fault), at: cursor + bound + Self.roundTrip)
    }
    inspect(.healing, at: cursor + length + .seconds(45))
    recover(after: length)
  }

  private mutating func mildFault() {
    let length = random.span(30...200)
    let server = random.pick(0...serverCount - 1)
    switch random.pick(0...3) {
    case 0: add(.pause(server: server), lasting: length)
    case 1:
      add(random.happens(0.5) ? .slowness(server: server) : .overload(server: server), lasting: length)
    case 2: add(.duplication(0.3, random.span(1...60)), lasting: length)
    default: add(.loss(random.happens(0.5) ? 0.05 : 0.3), lasting: length)
    }
    recover(after: length)
  }

  private mutating func hostility() {
    for act in HostileAct.allCases {
      add(.hostility(act, server: random.pick(0...serverCount - 1)), lasting: .zero)
      cursor = cursor + .seconds(20)
    }
    recover(after: .zero)
  }

  /// Many things at once.
  private mutating func chaos() {
    let length = random.span(120...400)
    let beginning = cursor
    for _ in 0..<random.pick(3...7) {
      let start = beginning + random.span(0...(length / .seconds(1)))
      let span = min(random.span(5...120), length - (start - beginning))
      faults.append(Fault(kind: anyKind(), from: start, until: start + span))
    }
    recover(after: length)
  }

  private mutating func anyKind() -> Fault.Kind {
    let server = random.pick(0...serverCount - 1)
    switch random.pick(0...9) {
    case 0: return .partition(group(), oneWay: random.happens(0.5))
    case 1, 2, 3:
      return .crash(
        server: server, random.pick(of: CrashPoint.allCases) ?? .atOnce, losesDisk: random.happens(0.1),
        vanishes: random.happens(0.5))
    case 4: return .pause(server: server)
    case 5: return .loss(0.3)
    case 6: return .duplication(0.3, random.span(1...60))
    case 7: return .slowness(server: server)
    case 8: return .clockStep(server: server, random.span(-90...90))
    default: return .hostility(random.pick(of: HostileAct.allCases) ?? .prober, server: server)
    }
  }

  /// Some of the servers, but not all.
  private mutating func group() -> Set<Int> {
    let some = Set((0..<serverCount).filter { _ in random.happens(0.5) })
    return some.isEmpty || some.count == serverCount ? [random.pick(0...serverCount - 1)] : some
  }

  // MARK: Peace

  @discardableResult
  private mutating func add(_ kind: Fault.Kind, lasting length: Duration) -> Int {
    faults.append(Fault(kind: kind, from: cursor, until: cursor + length))
    return faults.count - 1
  }

  private mutating func inspect(_ kind: Inspection.Kind, at instant: Instant) {
    inspections.append(Inspection(kind: kind, at: instant))
  }

  private mutating func recover(after length: Duration) {
    cursor = cursor + length + Self.recovery
    inspect(.convergence, at: cursor)
    inspect(.agreement, at: cursor)
    // Time in which nothing is wrong, for what only holds then.
    cursor = cursor + random.span(40...160)
  }

  /// The last phase: no user acts; then none looks; then all lists are empty.
  private mutating func rest() {
    end = cursor
    inspect(.quietBegins, at: end + .seconds(60))
    inspect(.quietEnds, at: end + .seconds(660))
    inspect(.convergence, at: end + .seconds(660))
    inspect(.agreement, at: end + .seconds(660))
    inspect(.everybodyLeaves, at: end + .seconds(670))
    inspect(.silenceBegins, at: end + .seconds(790))
    inspect(.silenceEnds, at: end + .seconds(1990))
    inspect(.everybodyDropsEverybody, at: end + .seconds(2000))
    inspect(.emptinessBegins, at: end + .seconds(2120))
    inspect(.emptinessEnds, at: end + .seconds(2720))
  }
}
