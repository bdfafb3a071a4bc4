internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import PresenceFederation

/// Where a crash may fall between what a server decides, commits and does.
enum CrashPoint: CaseIterable, Sendable {
  /// Decided, and nothing of it on the disk.
  case beforeCommit
  /// On the disk, and nothing of it done: not sent, not acknowledged.
  case beforeEffects
  /// All done but the answer.
  case beforeAnswer
  /// At any time.
  case atOnce
}

/// What a server has in memory, and a crash takes. A class, because copies of a server's whole memory would cost more
/// than all it does.
final class ServerLife {
  /// Which start of the server this is, from 1.
  let number: Int
  var rules: PresenceRules
  var engine: FederationEngine
  /// The wake-up that is planned.
  var wakeAt: Instant?

  init(number: Int, rules: PresenceRules, engine: FederationEngine) {
    self.number = number
    self.rules = rules
    self.engine = engine
  }

  func handle(_ effects: [PresenceEffect], _ now: Moment) -> AppliedStep {
    var step = rules.apply(engine.handle(effects, rules: rules, now: now))
    step.presence = effects + step.presence
    return step
  }

  func receive(
    _ transaction: Transaction, _ now: Moment
  ) throws(MatrixError) -> (answer: TransactionAnswer, step: AppliedStep) {
    try rules.receive(transaction, by: &engine, now: now)
  }

  func succeeded(
    _ sent: OutboundTransaction, _ answer: TransactionAnswer, _ now: Moment
  ) -> AppliedStep {
    rules.apply(engine.succeeded(sent, with: answer, rules: rules, now: now))
  }

  func failed(_ sent: OutboundTransaction, _ now: Moment) -> AppliedStep {
    rules.apply(engine.failed(sent, because: .noAnswer, rules: rules, now: now))
  }

  func query(_ user: UserID, _ now: Moment) -> AppliedStep {
    rules.apply(engine.query(user, rules: rules, now: now))
  }

  func expire(_ now: Moment) -> AppliedStep {
    rules.apply(engine.expire(rules: rules, now: now))
  }

  func start(_ disk: SimulatedDisk, _ now: Moment) -> AppliedStep {
    rules.apply(
      engine.start(peers: disk.orderedPeers, unsent: disk.orderedUnsent, rules: rules, now: now))
  }

  var nextDeadline: Instant? {
    let (ours, theirs) = (rules.nextDeadline, engine.nextDeadline)
    guard let ours, let theirs else { return ours ?? theirs }
    return min(ours, theirs)
  }
}

/// A homeserver: its people and rules, its engine, and a disk that keeps what was committed.
final class SimulatedServer {
  let index: Int
  let name: ServerName
  /// Everybody who has an account here, in order.
  let accounts: [UserID]
  let seed: UInt64
  let policy: PresencePolicy
  let timing: FederationTiming

  var clock = ServerClock()
  var disk = SimulatedDisk()
  /// Nil while it does not run.
  var life: ServerLife?
  var starts = 0
  /// It crashes when it comes to this point.
  var crashPoint: CrashPoint?
  /// It does nothing until then.
  var pausedUntil: Instant?
  /// Packets to it vanish while it is down, where otherwise they are refused.
  var vanishes = false

  init(
    index: Int, name: ServerName, accounts: [UserID], seed: UInt64, policy: PresencePolicy,
    timing: FederationTiming
  ) {
    self.index = index
    self.name = name
    self.accounts = accounts
    self.seed = seed
    self.policy = policy
    self.timing = timing
  }

  func now(at instant: Instant) -> Moment { clock.now(at: instant) }

  /// Comes up with what the disk has.
  func start(at instant: Instant) -> AppliedStep {
    let now = now(at: instant)
    let epoch = max(now.wall.milliseconds, disk.lastEpoch + 1)
    disk.lastEpoch = epoch
    starts += 1
    var rules = PresenceRules(server: name)
    for user in accounts {
      if let record = disk.people[user] {
        rules.restore(record, now: now)
      } else {
        rules.register(user, now: now)
      }
    }
    for (pair, relationship) in disk.relationships.sorted(by: { $0.key < $1.key }) {
      rules.restore(
        RelationshipRecord(owner: pair.owner, observed: pair.observed, relationship: relationship), now: now)
    }
    var generator = SeededGenerator(seed: seed, .engine, index &* 1000 &+ starts)
    let engine = FederationEngine(
      server: name, policy: policy, timing: timing, epoch: epoch, seed: generator.next())
    let life = ServerLife(number: starts, rules: rules, engine: engine)
    var step = life.start(disk, now)
    let asked = life.handle(life.rules.askWaiting(now: now), now)
    step.presence += asked.presence
    step.federation += asked.federation
    self.life = life
    return step
  }

  /// Writes what of a step has to be durable before anything follows from it. Of list messages that were received, that
  /// includes what no user here hears of, such as the ID of an invite. Of peers it is written at once only where
  /// their transaction changed a list, or made them watch a user; the rest may be written behind.
  func commit(_ step: AppliedStep, received: [ListEDU]?, at instant: Instant) {
    guard let life else { return }
    disk.catchUp(at: instant)
    let now = now(at: instant)
    for effect in step.presence {
      switch effect {
      case .presenceChanged(let user, _) where user.server == name:
        disk.people[user] = life.rules.record(of: user, now: now)
      case .listChanged(let owner, let event): keep(life, owner, event.userID)
      case .inviteChanged(let event): keep(life, event.observer, event.observed)
      default: break
      }
    }
    for message in received ?? [] { keep(life, message.observer, message.observed) }
    for message in life.engine.unsent(in: step.presence) { disk.keep(message) }
    for effect in step.federation {
      guard case .remember(let record) = effect else { continue }
      let changesLists = step.presence.contains {
        switch $0 {
        case .listChanged, .inviteChanged: true
        default: false
        }
      }
      if received != nil, changesLists || record.isSubscribed {
        disk.keep(record)
      } else {
        disk.keepLater(.peer(record), at: instant)
      }
    }
  }

  private func keep(_ life: ServerLife, _ owner: UserID, _ observed: UserID) {
    disk.keep(
      RelationshipRecord(
        owner: owner, observed: observed,
        relationship: life.rules.lists.relationship(of: owner, for: observed)))
  }

  /// What was delivered needs to be sent no more.
  func forgetDelivered(_ step: AppliedStep, at instant: Instant) {
    for effect in step.federation {
      if case .delivered(_, let message) = effect { disk.keepLater(.delivered(message), at: instant) }
    }
  }
}
