internal import FederationSimulator
internal import MatrixWire
internal import PorchlightTestSupport
internal import Ports
internal import PresenceCore
internal import PresenceFederation

/// Homeservers joined by a way without delay, which tests cut, and look into.
struct Servers {
  struct Server {
    var rules: PresenceRules
    var engine: FederationEngine
    /// List messages that must arrive, and have not.
    var unsent: [ListEDU] = []
    var remembered: [ServerName: PeerRecord] = [:]
    /// What its own streams were told.
    var told: [PresenceEffect] = []
    var seed: UInt64 = 1
  }

  /// A transaction that was carried, and what came back.
  struct Carried: Sendable {
    let from: ServerName
    let outbound: OutboundTransaction
    let answer: TransactionAnswer?
  }

  private(set) var now = Moment(instant: .origin, wall: WallTime(milliseconds: 1_700_000_000_000))
  var servers: [ServerName: Server] = [:]
  var carried: [Carried] = []
  /// Ways that are cut, from and to.
  var cuts: Set<[ServerName]> = []
  private var pending: [(from: ServerName, outbound: OutboundTransaction)] = []
  private var failures: [(at: Instant, from: ServerName, outbound: OutboundTransaction)] = []
  let policy: PresencePolicy

  init(_ names: String..., policy: PresencePolicy = .tight) throws {
    self.policy = policy
    for name in names { try start(ServerName(name).orThrow("a name")) }
  }

  /// Starts a server, on what is left of an earlier one.
  mutating func start(_ name: ServerName, keepingDisk: Bool = true) throws {
    let old = servers[name]
    var server = Server(
      rules: PresenceRules(server: name, autoAccept: .never),
      engine: FederationEngine(
        server: name, policy: policy, epoch: now.wall.milliseconds, seed: (old?.seed ?? 0) + 1))
    server.seed = (old?.seed ?? 0) + 1
    if keepingDisk, let old {
      for user in old.rules.localUsers {
        if let record = old.rules.record(of: user, now: now) { server.rules.restore(record, now: now) }
      }
      for (owner, observed) in pairs() {
        let relationship = old.rules.lists.relationship(of: owner, for: observed)
        guard !relationship.isNothing else { continue }
        server.rules.restore(
          RelationshipRecord(owner: owner, observed: observed, relationship: relationship), now: now)
      }
      server.unsent = old.unsent
      server.remembered = old.remembered
    }
    servers[name] = server
    pending.removeAll { $0.from == name }
    failures.removeAll { $0.from == name }
    act(name) { server, now in
      server.rules.apply(
        server.engine.start(
          peers: Array(server.remembered.values), unsent: server.unsent, rules: server.rules, now: now))
    }
  }

  private func pairs() -> [(UserID, UserID)] {
    let everybody = servers.values.flatMap { $0.rules.localUsers }
    return everybody.flatMap { left in everybody.map { (left, $0) } }
  }

  mutating func register(_ user: UserID) { servers[user.server]?.rules.register(user, now: now) }

  /// Does something to the rules of a server, and everything that follows.
  mutating func on(
    _ name: ServerName, _ step: (inout PresenceRules, Moment) throws -> [PresenceEffect]
  ) rethrows {
    guard var server = servers[name] else { return }
    let effects = try step(&server.rules, now)
    server.unsent += server.engine.unsent(in: effects)
    server.told += effects
    let heard = server.rules.apply(server.engine.handle(effects, rules: server.rules, now: now))
    servers[name] = server
    perform(heard, of: name)
    deliver()
  }

  private mutating func act(
    _ name: ServerName, _ body: (inout Server, Moment) -> AppliedStep
  ) {
    guard var server = servers[name] else { return }
    let step = body(&server, now)
    servers[name] = server
    perform(step, of: name)
  }

  private mutating func perform(_ step: AppliedStep, of name: ServerName) {
    let unsent = servers[name]?.engine.unsent(in: step.presence) ?? []
    servers[name]?.told += step.presence
    servers[name]?.unsent += unsent
    for effect in step.federation {
      switch effect {
      case .send(let outbound): pending.append((name, outbound))
      case .delivered(_, let message): servers[name]?.unsent.removeAll { $0 == message }
      case .remember(let record):
        servers[name]?.remembered[record.name] = record
      case .queryAnswered, .askProfile: break
      }
    }
  }

  private mutating func deliver() {
    while !pending.isEmpty {
      let (from, outbound) = pending.removeFirst()
      let peer = outbound.peer
      var answer: TransactionAnswer?
      if !cuts.contains([from, peer]), servers[peer] != nil {
        act(peer) { server, now in
          guard
            let received = try? server.rules.receive(outbound.transaction, by: &server.engine, now: now)
          else { return AppliedStep() }
          answer = received.answer
          return received.step
        }
      }
      carried.append(Carried(from: from, outbound: outbound, answer: answer))
      if let answer, !cuts.contains([peer, from]) {
        act(from) { $0.rules.apply($0.engine.succeeded(outbound, with: answer, rules: $0.rules, now: $1)) }
      } else {
        failures.append((now.instant + outbound.timeout, from, outbound))
      }
    }
  }

  /// Lets time pass, and everything happen that falls into it.
  mutating func wait(_ span: Duration) {
    let end = now.instant + span
    while true {
      var next = failures.map(\.at).min()
      for name in servers.keys {
        let due = [servers[name]?.engine.nextDeadline, servers[name]?.rules.nextDeadline].compactMap { $0 }
          .min()
        if let due { next = next.map { min($0, due) } ?? due }
      }
      guard let next, next <= end else { break }
      move(to: max(next, now.instant))
      for failure in failures where failure.at <= now.instant {
        act(failure.from) {
          $0.rules.apply($0.engine.failed(failure.outbound, because: .noAnswer, rules: $0.rules, now: $1))
        }
      }
      failures.removeAll { $0.at <= now.instant }
      for name in servers.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
        on(name) { $0.expire(now: $1) }
        act(name) { $0.rules.apply($0.engine.expire(rules: $0.rules, now: $1)) }
        deliver()
      }
    }
    move(to: end)
  }

  private mutating func move(to instant: Instant) {
    now.wall = WallTime(
      milliseconds: now.wall.milliseconds + Int64((instant - now.instant).wholeMilliseconds))
    now.instant = instant
  }

  /// Cuts both ways between two servers.
  mutating func cut(_ left: ServerName, _ right: ServerName) { cuts = [[left, right], [right, left]] }

  /// How many attempts were made of each kind, from a server.
  func sent(from name: ServerName) -> [MessageCause: Int] {
    carried.filter { $0.from == name }.reduce(into: [:]) { $0[$1.outbound.cause, default: 0] += 1 }
  }
}
