internal import MatrixWire
internal import Ports

/// Everything the engine keeps of one peer: what is subscribed, what is to be sent, and whether the peer is there.
///
/// A link knows neither the presence rules nor other peers. It is told `now`, keeps its deadlines in the agenda it is
/// handed, and returns what the engine has to do.
struct PeerLink: Sendable {
  let name: ServerName
  var dialect = PeerDialect()
  var replay = ReplayWindow()
  var subscriptions = Subscriptions()
  var watchdog: Watchdog
  var queue = OutboundQueue()
  var outbound = Outbound.idle
  var streak = FailureStreak()
  /// Our life as the peer was told of it.
  var ourEpoch: Int64
  /// The number of our last transaction to the peer in this epoch; 0 where there was none since it was forgotten.
  var lastNumber: Int64 = 0
  var tally: [MessageCause: Int] = [:]

  init(_ name: ServerName, ourEpoch: Int64, shortInterval: Duration) {
    self.name = name
    self.ourEpoch = ourEpoch
    watchdog = Watchdog(shortInterval: shortInterval)
  }

  var isSubscribed: Bool { !subscriptions.isEmpty }

  var isModern: Bool { dialect.isModern }

  /// Whether nothing about the peer needs to be kept.
  var isIdle: Bool {
    !isSubscribed && queue.contents.isEmpty && outbound.isIdle && subscriptions.awaitedQueries.isEmpty
      && queue.parked.isEmpty
  }

  /// Whether nothing ever came from the peer, as far as is remembered.
  var isUnknown: Bool { watchdog.lastHeard == nil && replay.isUntouched }

  /// What is kept of the peer over a restart.
  var record: PeerRecord { PeerRecord(name: name, isSubscribed: isSubscribed, order: replay.order) }

  // MARK: The watchdogs

  /// Starts and stops the timers as subscriptions demand: the short one runs where silence would change what is shown,
  /// or under a policy that always watches (R4).
  ///
  /// - Returns: whether there is nothing new to remember and nothing to forget.
  mutating func keepWatch(_ agenda: inout Agenda, _ now: Moment) -> Bool {
    let (isSubscribed, isModern) = (isSubscribed, isModern)
    let isWatched = agenda.policy == .literal ? isSubscribed : subscriptions.atStake > 0
    watchdog.keep(
      name, short: isWatched && !watchdog.isSilent && !isModern, long: isSubscribed, isModern: isModern,
      &agenda,
      now)
    return isSubscribed && subscriptions.isRemembered
  }

  mutating func armLongTimer(_ agenda: inout Agenda, _ now: Moment) {
    watchdog.armLong(name, isModern: isModern, &agenda, now)
  }

  mutating func shortTimerFired(_ agenda: inout Agenda, _ now: Moment) {
    guard watchdog.shortFired(name, &agenda, now) else { return }
    remind(&agenda, now)
    watchdog.armShort(name, &agenda, now)
  }

  mutating func remind(_ agenda: inout Agenda, _ now: Moment) {
    queue.contents.isReminder = true
    flush(at: now.instant, &agenda)
  }

  /// A server of today hears the same again (R12).
  mutating func refreshModern(_ agenda: inout Agenda, _ now: Moment) {
    queue.changed.formUnion(subscriptions.watchedByThem)
    flush(at: now.instant, &agenda)
  }

  mutating func awaitExpiry(_ agenda: inout Agenda) {
    watchdog.awaitExpiry(of: name, oldest: subscriptions.oldestHeard, &agenda)
  }

  /// A reminder and its answer were exchanged (R5).
  mutating func exchanged(_ agenda: inout Agenda, _ now: Moment) {
    watchdog.exchanged(name, long: isSubscribed, isModern: isModern, &agenda, now)
  }

  /// A sign of life (R3).
  ///
  /// - Returns: whether the peer was silent.
  mutating func noteLife(_ agenda: inout Agenda, _ now: Moment) -> Bool {
    watchdog.lastHeard = now.instant
    if streak.unanswered > 0 {
      streak.reset()
      if case .backingOff(let inFlight, _) = outbound {
        // However often it speaks, it is tried at most once in each first wait.
        agenda.set(max(now.instant, inFlight.since + agenda.timing.firstRetry), for: .retry(name))
      }
    }
    defer { watchdog.isSilent = false }
    return watchdog.isSilent
  }

  /// The peer does not answer: nothing is known of its users any more (R6).
  ///
  /// - Returns: these users, in order; nil where that was known.
  mutating func fallSilent(_ timing: FederationTiming) -> [UserID]? {
    guard !watchdog.isSilent else { return nil }
    watchdog.isSilent = true
    watchdog.shortInterval = timing.shortInterval
    return subscriptions.loseAll()
  }

  // MARK: What the peer says of itself

  /// Learns whether the peer speaks our additions. How often it hears the same again, and how long it is believed,
  /// depends on that.
  mutating func learn(speaksAdditions: Bool, _ agenda: inout Agenda, _ now: Moment) {
    guard dialect.learn(speaksAdditions: speaksAdditions) else { return }
    if speaksAdditions {
      // What it said unasked is not kept beside what it is polled for.
      for (user, watched) in subscriptions.watchedByUs where !watched.isWanted {
        agenda.set(now.instant, for: .linger(user))
      }
    }
    // The timer was drawn for a server of another kind.
    if watchdog.longAt != nil { armLongTimer(&agenda, now) }
  }

  mutating func receivePromise(of edu: PresenceEDU, _ agenda: inout Agenda, _ now: Moment) {
    guard edu.epoch != nil else { return }
    let said = edu.promise.map { Duration.milliseconds($0) }
    watchdog.receive(promise: said, of: name, isModern: isModern, &agenda, now)
  }

  /// It polls without our additions, and so can be polled, which was not known.
  mutating func polled(_ agenda: inout Agenda, _ now: Moment) {
    guard dialect.polled() else { return }
    let unasked = subscriptions.watchedByUs.filter { $0.value.isWanted && !$0.value.isPolled }.keys
    queue.contents.polls.formUnion(unasked)
    if !unasked.isEmpty { flush(at: now.instant, &agenda) }
  }

  // MARK: Subscriptions

  /// The interest of a local user in a remote one changed.
  ///
  /// - Parameters:
  ///   - interest: what it is now.
  ///   - owner: the local user.
  ///   - observed: the remote user.
  ///   - wait: how long others on the same list are still looked after: what is to be asked goes together.
  ///   - agenda: the engine's deadlines.
  ///   - now: the time.
  mutating func set(
    _ interest: Interests.Interest, of owner: UserID, in observed: UserID, after wait: Duration,
    _ agenda: inout Agenda, _ now: Moment
  ) {
    let wasWanted = subscriptions.set(interest, of: owner, in: observed)
    guard let watched = subscriptions.watchedByUs[observed] else { return }
    guard watched.isWanted else {
      if wasWanted { agenda.set(now.instant + agenda.timing.pollLinger, for: .linger(observed)) }
      return
    }
    agenda.set(nil, for: .linger(observed))
    guard !watched.isPolled, !isModern else { return }
    queue.contents.unpolls.remove(observed)
    queue.contents.polls.insert(observed)
    // Interest that only stands (R14) goes along with whatever goes next: a message now would reveal its owner.
    guard !watched.observers.isEmpty else { return }
    let spread = agenda.span(0...1, of: agenda.timing.pollSpread)
    flush(at: now.instant + max(spread, wait), &agenda)
    hasten(&agenda, now)
  }

  /// A user has not been watched for a while: the peer may stop pushing (R8).
  ///
  /// - Returns: whether they are not watched any more.
  mutating func lingerEnded(_ user: UserID, _ agenda: inout Agenda, _ now: Moment) -> Bool {
    guard let watched = subscriptions.watchedByUs[user], !watched.isWanted else { return false }
    // A server of today would not say it again before the next change: its state holds until it expires.
    if isModern, watched.heardAt != nil { return false }
    subscriptions.unwatch(user)
    queue.contents.polls.remove(user)
    // Also where they were polled before, and the peer may not push them any more.
    if watched.isPolled || watched.version != nil {
      queue.contents.unpolls.insert(user)
      queue.contents.isDecline = false
      flush(at: now.instant, &agenda)
    }
    return true
  }

  /// Every watched user has to be polled again.
  mutating func pollAgain(_ agenda: inout Agenda, _ now: Moment) {
    subscriptions.unpollAll()
    if !subscriptions.watchedByUs.isEmpty { remind(&agenda, now) }
  }

  /// A repeated answer may hold a state that is older than what came since, or none: a user who is still unknown is
  /// polled again, once.
  mutating func askForMissing(_ user: UserID, isKnown: Bool, _ agenda: inout Agenda, _ now: Moment) {
    guard let watched = subscriptions.watchedByUs[user], watched.isPolled, !watched.isRefused,
      watched.version != nil, !isKnown, !watched.isAskedAgain
    else { return }
    subscriptions.update(user) { watched in
      watched.isPolled = false
      watched.isAskedAgain = true
    }
    queue.contents.polls.insert(user)
    flush(at: now.instant + agenda.timing.pollSpread, &agenda)
  }

  /// The peer promised a user to a watcher who is gone, and has not heard of that.
  mutating func declineUnwanted(_ user: UserID, _ agenda: inout Agenda, _ now: Moment) {
    guard subscriptions.watchedByUs[user] == nil,
      outbound.inFlight?.contents.unpolls.contains(user) != true,
      queue.contents.unpolls.count < Transaction.mostNames
    else { return }
    if queue.contents.unpolls.isEmpty { queue.contents.isDecline = true }
    queue.contents.unpolls.insert(user)
    flush(at: now.instant, &agenda)
  }

  /// The answer to a poll goes as a transaction of its own.
  mutating func queueAnswer(
    of shown: [UserID], refusing refused: Set<UserID>, _ agenda: inout Agenda, _ now: Moment
  ) {
    queue.contents.states.formUnion(shown)
    if queue.contents.refusals.count < Transaction.mostNames { queue.contents.refusals.formUnion(refused) }
    queue.contents.isAnswer = true
    flush(at: now.instant, &agenda)
  }

  /// A local user may not be shown any more: what is queued of them is not sent, and what is under way not repeated.
  mutating func unsubscribe(_ user: UserID) {
    subscriptions.watchedByThem.remove(user)
    queue.remove(user)
    if outbound.inFlight?.contents.states.contains(user) == true { outbound.taint() }
  }

  /// A state goes with the batch, or with whatever goes first (R7).
  mutating func batch(_ user: UserID, _ agenda: inout Agenda, _ now: Moment) {
    guard queue.changed.insert(user).inserted else { return }
    if queue.changed.count >= Transaction.mostStates {
      flush(at: now.instant, &agenda)
    } else {
      let timing = agenda.timing
      let wait = min(timing.batchWindow + agenda.span(0...1, of: timing.batchJitter), timing.longestBatch)
      flush(at: now.instant + wait, &agenda)
    }
  }
}
