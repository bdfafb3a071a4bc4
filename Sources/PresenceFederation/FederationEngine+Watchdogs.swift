internal import MatrixWire
internal import Ports
internal import PresenceCore

/// The two watchdogs of every peer (R3 to R6), and what follows from silence.
extension FederationEngine {
  /// Starts and stops the timers as subscriptions demand (R4, R9).
  mutating func keepWatch(_ name: ServerName, _ now: Moment) {
    guard let wants = peers[name]?.timers(policy) else { return }
    if wants.short {
      if peers[name]?.shortSpan == nil { armShortTimer(name, now) }
    } else if peers[name]?.shortSpan != nil {
      peers[name]?.shortSpan = nil
      peers[name]?.shortInterval = timing.shortInterval
      deadlines.set(nil, for: .short(name))
    }
    if wants.long {
      if peers[name]?.longAt == nil { armLongTimer(name, 0.1...1, now) }
    } else if peers[name]?.longAt != nil {
      peers[name]?.longAt = nil
      deadlines.set(nil, for: .long(name))
    }
  }

  mutating func armShortTimer(_ name: ServerName, _ now: Moment) {
    guard let interval = peers[name]?.shortInterval else { return }
    let drawn = span(0.9...1, of: interval)
    peers[name]?.shortSpan = drawn
    deadlines.set(max(peers[name]?.lastHeard ?? now.instant, now.instant) + drawn, for: .short(name))
  }

  mutating func armLongTimer(_ name: ServerName, _ share: ClosedRange<Double>, _ now: Moment) {
    guard let isModern = peers[name]?.timers(policy).isModern else { return }
    var drawn = span(share, of: isModern ? timing.modernRefresh : timing.longInterval)
    // A promise of the peer has to be renewed before it ends.
    if let promise = peers[name]?.promise { drawn = min(drawn, promise * 9 / 10) }
    peers[name]?.longAt = now.instant + drawn
    deadlines.set(now.instant + drawn, for: .long(name))
  }

  /// Every message puts the short timer off (R3); that is only looked at when the timer fires.
  mutating func shortTimerFired(_ name: ServerName, _ now: Moment) {
    guard let drawn = peers[name]?.shortSpan else { return }
    if let heard = peers[name]?.lastHeard, heard + drawn > now.instant {
      deadlines.set(heard + drawn, for: .short(name))
      return
    }
    remind(name, now)
    armShortTimer(name, now)
  }

  mutating func longTimerFired(
    _ name: ServerName, _ rules: inout PresenceRules, _ now: Moment, _ step: inout Step
  ) {
    guard let peer = peers[name] else { return }
    peers[name]?.longAt = nil
    if peer.isModern {
      refreshModern(name, now)
    } else {
      if let refreshedAt = peer.refreshedAt, let promise = peer.promise, refreshedAt + promise <= now.instant
      {
        // The peer takes every reminder, and says nothing to it: its promise has run out.
        fellSilent(name, &rules, now, &step)
      }
      remind(name, now)
    }
    armLongTimer(name, 0.85...1.15, now)
    for user in Set(peer.watchedByUs.values.flatMap(\.relationship)).sorted() {
      restand(user, rules, now, &step)
    }
    touch(name)
  }

  private mutating func remind(_ name: ServerName, _ now: Moment) {
    peers[name]?.queue.isReminder = true
    flush(name, at: now.instant)
  }

  /// A server of today hears the same again (R12).
  private mutating func refreshModern(_ name: ServerName, _ now: Moment) {
    guard let peer = peers[name] else { return }
    peers[name]?.changed.formUnion(peer.watchedByThem)
    flush(name, at: now.instant)
  }

  /// What a server of today said long ago is no longer believed (R12).
  mutating func expireModern(
    _ name: ServerName, _ rules: inout PresenceRules, _ now: Moment, _ step: inout Step
  ) {
    peers[name]?.expiryAt = nil
    guard let peer = peers[name], peer.isModern else { return }
    for (user, watched) in peer.watchedByUs.sorted(by: { $0.key < $1.key }) {
      guard let heard = watched.heardAt, now.instant - heard >= timing.modernExpiry else { continue }
      peers[name]?.update(user) { watched in
        watched.isPresent = false
        watched.heardAt = nil
      }
      if !watched.isWanted { peers[name]?.unwatch(user) }
      step.presence += rules.forget(user, because: watched.isWanted ? .unreachable : .unanswered)
    }
    awaitExpiry(of: name)
    touch(name)
  }

  /// Looks again when the oldest state of a server of today expires.
  mutating func awaitExpiry(of name: ServerName) {
    let oldest = peers[name]?.watchedByUs.values.lazy.compactMap(\.heardAt).min()
    let due = oldest.map { $0 + timing.modernExpiry }
    peers[name]?.expiryAt = due
    deadlines.set(due, for: .expiry(name))
  }

  /// A reminder and its answer were exchanged: both timers begin anew (R5).
  mutating func exchanged(_ name: ServerName, _ now: Moment) {
    guard let interval = peers[name]?.shortInterval else { return }
    peers[name]?.awaitsAnswer = false
    peers[name]?.refreshedAt = now.instant
    if policy == .economical, peers[name]?.shortSpan != nil {
      peers[name]?.shortInterval = min(interval * 2, timing.longestShortInterval)
    }
    if peers[name]?.shortSpan != nil { armShortTimer(name, now) }
    if peers[name]?.timers(policy).long == true { armLongTimer(name, 0.85...1.15, now) }
  }

  // MARK: Silence

  /// A peer gave a sign of life (R3).
  mutating func hearLife(
    of name: ServerName, answeringAll: Bool = false, _ rules: inout PresenceRules, _ now: Moment,
    _ step: inout Step
  ) {
    guard let unanswered = peers[name]?.unanswered else { return }
    peers[name]?.lastHeard = now.instant
    if unanswered > 0 {
      peers[name]?.failures = 0
      peers[name]?.unanswered = 0
      if peers[name]?.inFlight?.isWaiting == true, let since = peers[name]?.inFlight?.since {
        // However often it speaks, it is tried at most once in each first wait.
        deadlines.set(max(now.instant, since + timing.firstRetry), for: .retry(name))
      }
    }
    guard peers[name]?.isSilent == true else { return }
    peers[name]?.isSilent = false
    step.presence += rules.peerIsBack(name)
    // Its users are unknown until they are pushed.
    if !answeringAll { pollAgain(name, now: now) }
    touch(name)
  }

  /// A peer does not answer: nothing is known of its users any more (R6).
  mutating func fellSilent(
    _ name: ServerName, _ rules: inout PresenceRules, _ now: Moment, _ step: inout Step
  ) {
    guard let peer = peers[name], !peer.isSilent else { return }
    peers[name]?.isSilent = true
    peers[name]?.shortInterval = timing.shortInterval
    for user in peer.watchedByUs.keys.sorted() {
      peers[name]?.update(user) { $0.isPresent = false }
      step.presence += rules.forget(user, because: .unreachable)
    }
    step.presence += rules.peerIsSilent(name)
    touch(name)
  }

  /// A peer has started anew: it has forgotten what it promised, and whom it watched (R13).
  mutating func restarted(_ name: ServerName, to epoch: Int64, _ now: Moment, _ step: inout Step) {
    guard let peer = peers[name] else { return }
    peers[name]?.epoch = epoch
    peers[name]?.shortInterval = timing.shortInterval
    for user in peer.watchedByThem.sorted() { unwatch(user, by: name, now, &step) }
    pollAgain(name, now: now)
    // A transaction under way went to the life that is gone.
    if peer.inFlight != nil { deadlines.set(now.instant, for: .retry(name)) }
  }
}
