internal import FederationSimulator
internal import MatrixWire
internal import PorchlightTestSupport
internal import Ports
internal import PresenceCore
internal import PresenceFederation

/// One homeserver, red, whose peers are the test: it looks at what is sent, and says what becomes of it.
struct LoneServer {
  private(set) var now = Moment(instant: .origin, wall: WallTime(milliseconds: 1_700_000_000_000))
  private(set) var rules: PresenceRules
  private(set) var engine: FederationEngine
  /// What was sent and has no answer yet, the oldest first.
  private(set) var sent: [OutboundTransaction] = []
  /// Everything else that the engine asked for.
  private(set) var asked: [FederationEffect] = []
  private var lastNumber: Int64 = 0

  let red: ServerName
  let blue: ServerName
  let ann: UserID
  let bob: UserID

  init(policy: PresencePolicy = .tight, seed: UInt64 = 1) throws {
    red = try ServerName("red").orThrow("a name")
    blue = try ServerName("blue").orThrow("a name")
    ann = try UserID("@ann:red").orThrow("a name")
    bob = try UserID("@bob:blue").orThrow("a name")
    rules = PresenceRules(server: red, autoAccept: .never)
    engine = FederationEngine(server: red, policy: policy, epoch: 1_000, seed: seed)
    rules.register(ann, now: now)
  }

  /// Ann has an accepted entry for Bob and looks; blue was asked for him, and has not answered.
  static func annAsksForBob(policy: PresencePolicy = .tight, seed: UInt64 = 1) throws -> LoneServer {
    var server = try LoneServer(policy: policy, seed: seed)
    try server.invite(server.bob)
    try server.succeed()
    try server.receive(.list(ListEDU(.accept, observer: server.ann, observed: server.bob)))
    try server.look()
    server.wait(.seconds(1))
    return server
  }

  mutating func on(_ change: (inout PresenceRules, Moment) throws -> [PresenceEffect]) rethrows {
    let effects = try change(&rules, now)
    perform(engine.handle(effects, rules: rules, now: now))
  }

  mutating func invite(_ user: UserID) throws {
    let ann = ann
    try on { try $0.invite(user, by: ann, now: $1) }
  }

  /// A user here whom Bob may see.
  mutating func register(_ user: UserID) throws {
    rules.register(user, now: now)
    let bob = bob
    try receive(.list(ListEDU(.invite, observer: bob, observed: user)))
    try on { try $0.accept(bob, by: user, now: $1) }
  }

  mutating func look() throws {
    let (ann, device) = (ann, try DeviceID("d").orThrow("a name"))
    try on { rules, now in
      try rules.streamOpened(of: ann, on: device, PollIntent(setPresence: .online, looks: true), now: now).1
    }
  }

  /// Ann's client says good-bye.
  mutating func lookAway() throws {
    let (ann, device) = (ann, try DeviceID("d").orThrow("a name"))
    on { $0.report(of: ann, on: device, DeviceReport(closing: true), now: $1) }
  }

  /// A transaction of blue's, a new one or the last one again.
  @discardableResult
  mutating func receive(
    _ edus: EDU..., epoch: Int64? = 7, again: Bool = false
  ) throws -> TransactionAnswer {
    lastNumber += again ? 0 : 1
    let order = epoch.map { Transaction.Order(epoch: $0, number: lastNumber) }
    return try receive(
      Transaction(id: "b\(lastNumber)", origin: blue, sentAt: 0, edus: edus, order: order))
  }

  mutating func receive(_ transaction: Transaction) throws -> TransactionAnswer {
    let (answer, step) = try rules.receive(transaction, by: &engine, now: now)
    note(step.federation)
    return answer
  }

  /// The oldest attempt without an answer.
  func oldest() throws -> OutboundTransaction { try sent.first.orThrow("something was sent") }

  /// The content of the first `m.presence` in the oldest attempt without an answer.
  func presence() throws -> PresenceEDU {
    for case .presence(let edu) in try oldest().transaction.edus { return edu }
    return try PresenceEDU?.none.orThrow("an m.presence EDU")
  }

  /// Blue answers the oldest attempt.
  mutating func succeed(_ said: PresenceEDU? = nil, epoch: Int64? = 7) throws {
    let outbound = try oldest()
    sent.removeFirst()
    var answer = TransactionAnswer()
    answer.answer = said
    answer.epoch = epoch
    perform(engine.succeeded(outbound, with: answer, rules: rules, now: now))
  }

  mutating func fail(_ reason: AttemptFailure) throws {
    let outbound = try oldest()
    sent.removeFirst()
    perform(engine.failed(outbound, because: reason, rules: rules, now: now))
  }

  mutating func query(_ user: UserID) { perform(engine.query(user, rules: rules, now: now)) }

  /// Lets time pass, and everything happen that falls into it; `answer` takes what is sent.
  mutating func wait(_ span: Duration, answering answer: (inout LoneServer) throws -> Void) rethrows {
    let end = now.instant + span
    while pass(until: end) {
      while !sent.isEmpty { try answer(&self) }
    }
  }

  /// Lets time pass, and everything happen that falls into it. What is sent waits.
  mutating func wait(_ span: Duration) {
    let end = now.instant + span
    while pass(until: end) {}
  }

  /// The next thing that happens by itself, if it does by `end`.
  private mutating func pass(until end: Instant) -> Bool {
    guard let next = [engine.nextDeadline, rules.nextDeadline].compactMap({ $0 }).min(), next <= end else {
      move(to: end)
      return false
    }
    move(to: max(next, now.instant))
    on { $0.expire(now: $1) }
    perform(engine.expire(rules: rules, now: now))
    return true
  }

  var status: PeerStatus? { engine.status(now: now).first { $0.name == blue } }

  private mutating func perform(_ step: FederationEngine.Step) { note(rules.apply(step).federation) }

  private mutating func note(_ effects: [FederationEffect]) {
    for effect in effects {
      if case .send(let outbound) = effect { sent.append(outbound) } else { asked.append(effect) }
    }
  }

  private mutating func move(to instant: Instant) {
    now.wall = WallTime(
      milliseconds: now.wall.milliseconds + Int64((instant - now.instant).wholeMilliseconds))
    now.instant = instant
  }
}

extension PresenceEDU {
  /// A user's state, as servers of today say it.
  static func push(_ user: UserID, _ state: PresenceState = .online) -> PresenceEDU {
    var edu = PresenceEDU()
    edu.push = [Push(userID: user, content: PresenceContent(state: state, lastActiveAgo: 0), sequence: nil)]
    return edu
  }

  /// A user's state, as the answer to what was asked.
  static func answer(_ user: UserID, _ state: PresenceState = .online, sequence: Int64? = 1) -> PresenceEDU {
    var edu = PresenceEDU()
    edu.role = .answer
    edu.epoch = 7
    edu.push = [
      Push(userID: user, content: PresenceContent(state: state, lastActiveAgo: 0), sequence: sequence)
    ]
    return edu
  }
}
