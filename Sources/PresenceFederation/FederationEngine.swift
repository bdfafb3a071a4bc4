public import MatrixWire
public import Ports
public import PresenceCore

/// How one homeserver and its peers watch each other (Protocol 6.6), as a value.
///
/// Every input is told `now` and returns what has to be done. Nothing here waits, reads a clock, or draws a
/// number that its seed did not fix; nothing in its output depends on the order of a dictionary. The caller
/// runs `expire` no later than `nextDeadline`; early is harmless.
///
/// The engine reads the presence rules and changes nothing in them: what it learns of other servers and their users is
/// in `Step.updates`, for its caller to apply at once, before any other input.
public struct FederationEngine: Sendable {
  public let server: ServerName
  /// This life of the server, as new peers are told it.
  public let epoch: Int64

  var peers = PeerTable()
  var agenda: Agenda
  /// When this life began, by the first input that told.
  private var startedAt: Instant?
  /// The highest transaction number of all peers that were forgotten: none of them may be sent a number twice.
  private var highestForgotten: Int64 = 0
  /// Counts the changes of each local user: a common count would tell a peer of users it may not see.
  var versions: [UserID: Int64] = [:]
  /// Which peers watch each local user.
  var watchers: [UserID: Set<ServerName>] = [:]
  var interests = Interests()
  var invites = InviteRepeats()
  var recent = RecentPeers()
  /// Peers whose state changed in this step.
  private var touched: Set<ServerName> = []
  private var lastTouched: ServerName?

  /// - Parameters:
  ///   - server: whose engine this is.
  ///   - policy: what watchfulness may cost.
  ///   - timing: the protocol's spans.
  ///   - epoch: this life of the server, greater than any before it: milliseconds since 1970, or one more than
  ///     the stored one where the clock went back.
  ///   - seed: what every random span is drawn from.
  public init(
    server: ServerName, policy: PresencePolicy = .tight, timing: FederationTiming = .init(), epoch: Int64,
    seed: UInt64
  ) {
    self.server = server
    self.epoch = epoch
    agenda = Agenda(policy: policy, timing: timing, seed: seed)
  }

  public var policy: PresencePolicy { agenda.policy }
  public var timing: FederationTiming { agenda.timing }

  /// What has to be stored before a step of the rules is carried out: messages that must arrive. Invites are not among
  /// them, because an invite that is not answered is repeated.
  public func unsent(in effects: [PresenceEffect]) -> [ListEDU] {
    effects.compactMap { effect in
      guard case .sendToPeer(_, let message) = effect, message.kind != .invite else { return nil }
      return message
    }
  }

  /// After a start: servers with a subscription hear of it (R13), and what was not delivered is sent again.
  public mutating func start(
    peers records: [PeerRecord], unsent: [ListEDU], rules: PresenceRules, now: Moment
  ) -> Step {
    var step = Step()
    for record in records.sorted(by: {
      $0.name.rawValue.utf8.lexicographicallyPrecedes($1.name.rawValue.utf8)
    }) {
      recent.keep(record.order, of: record.name)
      guard record.isSubscribed else { continue }
      open(record.name)
      // A transaction of the peer may have come before this.
      if let order = record.order { peers[record.name]?.replay.restore(order) }
      peers[record.name]?.subscriptions.isRemembered = true
      peers[record.name]?.queue.contents.isGreeting = true
      let wait = agenda.span(0...1, of: timing.startSpread)
      peers[record.name]?.flush(at: now.instant + wait, &agenda)
    }
    for message in unsent {
      // The target was invited again since, and the crash came before it was stored that the drop need not be sent.
      if message.kind == .drop, rules.lists.entry(of: message.observer, for: message.observed) != nil {
        step.federation.append(.delivered(message.observed.server, message))
        continue
      }
      let peer = message.kind == .drop ? message.observed.server : message.observer.server
      send(message, to: peer, now: now, &step)
    }
    for user in rules.localUsers { restand(user, rules, now, &step) }
    run(rules, now, &step)
    return step
  }

  /// Takes effects of the rules; says what peers have to be told.
  public mutating func handle(
    _ effects: [PresenceEffect], rules: PresenceRules, now: Moment
  ) -> Step {
    var step = Step()
    absorb(effects, rules, now, &step)
    run(rules, now, &step)
    return step
  }

  /// Any other authenticated request came from a server (R3).
  public mutating func noteRequest(from peer: ServerName, rules: PresenceRules, now: Moment) -> Step {
    var step = Step()
    noteLife(of: peer, now, &step)
    run(rules, now, &step)
    return step
  }

  /// Sends a one-shot query for a remote user who is not watched here; `queryAnswered` follows if an answer comes.
  public mutating func query(
    _ user: UserID, rules: PresenceRules, now: Moment
  ) -> Step {
    var step = Step()
    guard user.server != server else { return step }
    open(user.server)
    if peers[user.server]?.isModern == false {
      if peers[user.server]?.outbound.inFlight?.contents.queries.contains(user) != true {
        peers[user.server]?.queue.contents.queries.insert(user)
        peers[user.server]?.flush(at: now.instant, &agenda)
      }
    } else {
      // Servers of today have no one-shot query.
      step.federation.append(.queryAnswered(user, nil))
    }
    run(rules, now, &step)
    return step
  }

  /// When `expire` has to run next, if nothing happens before.
  public var nextDeadline: Instant? {
    mutating get { agenda.next }
  }

  /// Does everything whose time has come.
  public mutating func expire(rules: PresenceRules, now: Moment) -> Step {
    var step = Step()
    run(rules, now, &step)
    return step
  }

  /// Every input ends here: does what is due by now, in the order of its time.
  mutating func run(_ rules: PresenceRules, _ now: Moment, _ step: inout Step) {
    while let due = agenda.popDue(at: now.instant) {
      switch due {
      case .flush(let peer):
        peers[peer]?.queue.flushArmed = nil
        guard let at = peers[peer]?.queue.flushAt else { continue }
        if at > now.instant {
          // It was set for something that went along with an earlier transaction.
          peers[peer]?.queue.armFlush(peer, at: at, &agenda)
        } else {
          pump(peer, rules, now, &step)
        }
      case .retry(let peer): retry(peer, rules, now, &step)
      case .short(let peer): peers[peer]?.shortTimerFired(&agenda, now)
      case .long(let peer): longTimerFired(peer, rules, now, &step)
      case .queries(let peer):
        peers[peer]?.subscriptions.awaitedQueries = []
        touch(peer)
      case .parked(let peer): Self.superseded(peers[peer]?.unpark(&agenda, now) ?? [], peer, &step)
      case .expiry(let peer): expireModern(peer, now, &step)
      case .linger(let user): lingerEnded(user, now, &step)
      case .invite(let relation): inviteAgain(relation, rules, now, &step)
      case .restand(let user): restandSome(user, rules, now, &step)
      }
    }
    if touched.count == 1, let name = touched.popFirst() {
      lastTouched = nil
      reconcile(name, now, &step)
      return
    }
    let names = touched.sorted(by: Self.precedes)
    (touched, lastTouched) = ([], nil)
    for name in names { reconcile(name, now, &step) }
  }

  // MARK: Peers

  /// Makes a state for a peer, unless there is one.
  mutating func open(_ name: ServerName) {
    touch(name)
    guard peers[name] == nil else { return }
    var peer = PeerLink(name, ourEpoch: epoch, shortInterval: timing.shortInterval)
    if let order = recent.order(of: name) { peer.replay.restore(order) }
    peer.tally = recent.tally(of: name)
    peers[name] = peer
  }

  /// Notes that the state of a peer changed: `reconcile` follows at the end of the step.
  mutating func touch(_ name: ServerName) {
    guard lastTouched != name else { return }
    touched.insert(name)
    lastTouched = name
  }

  /// Timers and memory follow subscriptions: without any, nothing is kept (R9).
  private mutating func reconcile(_ name: ServerName, _ now: Moment, _ step: inout Step) {
    if peers[name]?.keepWatch(&agenda, now) == true { return }
    guard let peer = peers[name] else { return }
    // A greeting that was not delivered has to be sent by the next life, if there is one.
    let isGreeting = peer.queue.contents.isGreeting || peer.outbound.inFlight?.contents.isGreeting == true
    if peer.isSubscribed != peer.subscriptions.isRemembered, !isGreeting {
      peers[name]?.subscriptions.isRemembered = peer.isSubscribed
      step.federation.append(.remember(peer.record))
    }
    guard peer.isIdle else { return }
    recent.keep(peer.replay.order, of: name)
    recent.keep(peer.tally, of: name)
    recent.keep(lastHeard: peer.watchdog.lastHeard, of: name)
    step.update(.back(name))
    for deadline in [
      Agenda.Deadline.flush(name), .retry(name), .short(name), .long(name), .expiry(name), .parked(name),
    ] {
      agenda.set(nil, for: deadline)
    }
    highestForgotten = max(highestForgotten, peer.lastNumber)
    peers[name] = nil
  }

  /// The next number of a transaction to a peer. Numbers are counted for each peer: a common count would tell each how
  /// much goes to others. Where none is known, it begins with the milliseconds of this life, above all numbers given
  /// before.
  mutating func nextNumber(for name: ServerName, _ now: Moment) -> Int64 {
    if startedAt == nil { startedAt = now.instant }
    let age = Int64((now.instant - (startedAt ?? now.instant)).wholeMilliseconds)
    let last = peers[name]?.lastNumber ?? 0
    let number = (last > 0 ? last : max(age, highestForgotten)) + 1
    peers[name]?.lastNumber = number
    return number
  }

  /// What is to be kept of the origin of a transaction once that is taken.
  ///
  /// - Parameters:
  ///   - transaction: what is about to be taken.
  ///   - begins: whether its origin watches a user here by it for the first time.
  /// - Returns: what has to be stored.
  public func record(taking transaction: Transaction, begins: Bool) -> PeerRecord {
    let isSubscribed = begins || peers[transaction.origin]?.isSubscribed == true
    return PeerRecord(name: transaction.origin, isSubscribed: isSubscribed, order: transaction.order)
  }

  /// Whether a server begins to watch a user here by asking for these: that has to be stored before it is answered, so
  /// that the next life of this server greets it (R13).
  public func beginsSubscription(
    _ polled: some Sequence<UserID>, by name: ServerName, _ rules: PresenceRules
  ) -> Bool {
    peers[name]?.subscriptions.watchedByThem.isEmpty != false
      && polled.contains { $0.server == server && isShown($0, to: name, rules) }
  }

  /// What is kept of peers without a relation, for tests.
  package var remembered: (servers: Int, mostBytes: Int) { recent.size }

  /// What is known of every peer, and of these servers even without a relation, ordered by name: for operators and
  /// tests.
  public func status(with named: Set<ServerName> = [], now: Moment) -> [PeerStatus] {
    named.union(peers.names).sorted(by: Self.precedes).map { name in
      var status = PeerStatus(name: name, ourEpoch: peers[name]?.ourEpoch ?? epoch)
      status.lastHeard = recent.lastHeard(of: name)
      guard let peer = peers[name] else {
        status.sent = recent.tally(of: name)
        return status
      }
      peer.describe(in: &status, now)
      return status
    }
  }
}
