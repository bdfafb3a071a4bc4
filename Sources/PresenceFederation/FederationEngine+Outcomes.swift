public import MatrixWire
public import Ports
public import PresenceCore

/// The outcomes of attempts: answered, refused, given up, tried again.
extension FederationEngine {
  /// An attempt was answered with 200.
  public mutating func succeeded(
    _ sent: OutboundTransaction, with answer: TransactionAnswer, rules: inout PresenceRules, now: Moment
  ) -> Step {
    var step = Step()
    let name = sent.peer
    guard let inFlight = peers[name]?.inFlight, inFlight.outbound.transaction.id == sent.transaction.id
    else { return step }
    if let behind = answer.behind {
      goAhead(of: behind, name, inFlight, now, &step)
      run(&rules, now, &step)
      return step
    }
    deadlines.set(nil, for: .retry(name))
    peers[name]?.inFlight = nil
    peers[name]?.failures = 0
    peers[name]?.unanswered = 0
    peers[name]?.failingSince = nil
    peers[name]?.timesBehind = 0
    learnKind(of: name, speaksAdditions: answer.epoch != nil, now)
    learnEpoch(answer.epoch, of: name, isFresh: true, now, &step)
    for message in inFlight.contents.messages { delivered(message, to: name, now, &step) }
    if peers[name]?.queue.isEmpty == true, peers[name]?.changed.isEmpty == true { peers[name]?.parts = 1 }
    hearLife(of: name, answeringAll: inFlight.contents.isReminder && answer.answer != nil, &rules, now, &step)
    if let said = answer.answer { hearAnswer(said, from: name, asked: inFlight, &rules, now, &step) }
    if answer.answer != nil {
      peers[name]?.refreshedAt = now.instant
      if inFlight.contents.isReminder { exchanged(name, now) }
    } else if !inFlight.contents.onces.isEmpty {
      expectAnswers(to: inFlight.contents.onces, of: name, now)
    }
    if answer.answer != nil { askForMissing(inFlight.contents.polls, of: name, rules, now) }
    if let at = peers[name]?.flushAt, at <= now.instant { pump(name, &rules, now, &step) }
    touch(name)
    run(&rules, now, &step)
    return step
  }

  private mutating func hearAnswer(
    _ said: PresenceEDU, from name: ServerName, asked: PeerState.InFlight, _ rules: inout PresenceRules,
    _ now: Moment, _ step: inout Step
  ) {
    notePromise(said, of: name, now)
    for push in said.push where Self.maySpeak(name, of: push.userID) {
      take(push, epoch: said.epoch, from: name, &rules, now, &step)
      if asked.contents.onces.contains(push.userID) {
        step.federation.append(.answeredOnce(push.userID, push.content))
      }
    }
    for user in said.refused where Self.maySpeak(name, of: user) {
      wasRefused(user, &rules, &step)
      if asked.contents.onces.contains(user) { step.federation.append(.answeredOnce(user, nil)) }
    }
  }

  /// One-shot queries were heard, and are answered by a transaction of their own.
  private mutating func expectAnswers(to onces: Set<UserID>, of name: ServerName, _ now: Moment) {
    peers[name]?.awaitedOnces.formUnion(onces)
    deadlines.set(now.instant + timing.watchedTimeout * 2, for: .once(name))
  }

  /// A repeated answer may hold a state that is older than what came since, or none: users who are still unknown are
  /// polled again.
  private mutating func askForMissing(
    _ polled: Set<UserID>, of name: ServerName, _ rules: PresenceRules, _ now: Moment
  ) {
    guard let peer = peers[name], !peer.queue.isReminder else { return }
    for user in polled.sorted() {
      guard let watched = peer.watchedByUs[user], watched.isPolled, !watched.isRefused,
        watched.version != nil,
        rules.remoteState(of: user) ?? .unknown == .unknown
      else { continue }
      guard !watched.isAskedAgain else { continue }
      peers[name]?.update(user) { watched in
        watched.isPolled = false
        watched.isAskedAgain = true
      }
      peers[name]?.queue.polls.insert(user)
      flush(name, at: now.instant + timing.pollSpread)
    }
  }

  /// The peer has heard of a later life of this server: after a start without its memory, on a clock that went back.
  /// Everything is said again, with an epoch above that one.
  private mutating func goAhead(
    of behind: Int64, _ name: ServerName, _ inFlight: PeerState.InFlight, _ now: Moment, _ step: inout Step
  ) {
    guard let peer = peers[name] else { return }
    let isPlausible = behind >= peer.ourEpoch && behind < CanonicalJSON.exactIntegers.upperBound
    peers[name]?.inFlight = nil
    requeue(inFlight.contents, for: name, &step)
    peers[name]?.changed.formUnion(peer.watchedByThem)
    peers[name]?.timesBehind += 1
    if isPlausible {
      peers[name]?.ourEpoch = behind + 1
    }
    // A peer that says so again and again is not believed, and has to wait.
    let wait = peer.timesBehind == 0 ? Duration.zero : timing.watchedBackoff
    peers[name]?.flushAt = nil
    flush(name, at: now.instant + wait)
  }

  /// An attempt was refused, or not answered in time.
  public mutating func failed(
    _ sent: OutboundTransaction, because reason: AttemptFailure, rules: inout PresenceRules, now: Moment
  ) -> Step {
    var step = Step()
    fail(sent, because: reason, &rules, now, &step)
    run(&rules, now, &step)
    return step
  }

  mutating func fail(
    _ sent: OutboundTransaction, because reason: AttemptFailure, _ rules: inout PresenceRules, _ now: Moment,
    _ step: inout Step
  ) {
    let name = sent.peer
    guard let peer = peers[name], let inFlight = peer.inFlight, !inFlight.isWaiting,
      inFlight.outbound.transaction.id == sent.transaction.id, inFlight.outbound.attempt == sent.attempt
    else { return }
    touch(name)
    let failures = peer.failures + 1
    peers[name]?.failures = failures
    let asks = inFlight.contents.isReminder || !inFlight.contents.polls.isEmpty
    // A poll or reminder that is refused counts as unanswered (R6). A peer that is busy is there.
    if reason == .busy { peers[name]?.unanswered = 0 }
    if reason == .noAnswer || (reason == .refused && asks) { peers[name]?.unanswered = peer.unanswered + 1 }
    if peer.failingSince == nil { peers[name]?.failingSince = now.instant }
    if reason == .refused {
      if asks, peer.unanswered >= 1 { fellSilent(name, &rules, now, &step) }
      divide(inFlight, of: name, asks: asks, now, &step)
      return
    }
    // The economical watchdog looks closely again (R4).
    if reason == .noAnswer, inFlight.contents.isReminder { peers[name]?.shortInterval = timing.shortInterval }
    let isLong = now.instant - (peers[name]?.failingSince ?? now.instant) >= timing.longSilence
    let isHopeless = failures >= inFlight.contents.mostAttempts
    if !peer.isSubscribed,
      inFlight.contents.messages.isEmpty ? isLong || isHopeless : isHopeless && peer.isStranger
    {
      // Nothing is lost: no subscription is left that it would serve.
      peers[name]?.inFlight = nil
      for message in inFlight.contents.messages { step.federation.append(.delivered(name, message)) }
      if let at = peer.flushAt { armFlush(name, max(at, now.instant)) }
      return
    }
    let isAwaited = inFlight.outbound.timeout <= timing.watchedTimeout || !peer.queue.polls.isEmpty
    if reason == .noAnswer, peer.unanswered >= 1, isAwaited { fellSilent(name, &rules, now, &step) }
    let wait = backoff(after: failures, upTo: longestWait(for: peer, inFlight.contents, isLong: isLong))
    peers[name]?.inFlight?.isWaiting = true
    peers[name]?.retryAt = now.instant + wait
    deadlines.set(now.instant + wait, for: .retry(name))
  }

  private static let mostHurriedStrangers = 64

  /// A user who invites made-up names must not make this server call there all day.
  private func longestWait(
    for peer: PeerState, _ contents: PeerState.Contents, isLong: Bool
  ) -> Duration {
    if peer.isStranger, !peer.isSubscribed {
      guard !isLong else { return timing.strangerBackoff }
      let strangers = peers.names.reduce(0) { $0 + (peers[$1]?.isStranger == true ? 1 : 0) }
      return strangers > Self.mostHurriedStrangers ? timing.idleBackoff : timing.watchedBackoff
    }
    let hasStake =
      peer.isSubscribed || contents.isGreeting || !contents.messages.isEmpty || !peer.queue.messages.isEmpty
      || !peer.queue.polls.isEmpty
    return hasStake && !isLong ? timing.watchedBackoff : timing.idleBackoff
  }

  /// The peer will not take this transaction, however often it is sent: its contents go again in smaller parts. What is
  /// refused even by itself is put aside for a while, and holds up nothing else.
  private mutating func divide(
    _ inFlight: PeerState.InFlight, of name: ServerName, asks: Bool, _ now: Moment, _ step: inout Step
  ) {
    guard let peer = peers[name] else { return }
    peers[name]?.inFlight = nil
    peers[name]?.flushAt = nil
    let next = now.instant + backoff(after: peer.failures, upTo: timing.watchedBackoff)
    if inFlight.contents.count > 1, peer.parts < Self.mostParts {
      peers[name]?.parts = peer.parts * 4
      requeue(inFlight.contents, for: name, &step)
    } else if !inFlight.contents.messages.isEmpty || peer.isSubscribed {
      var contents = inFlight.contents
      if peer.isStranger {
        // The peer never took the invite either.
        superseded(contents.messages.filter { $0.kind == .drop }, name, &step)
        contents.messages.removeAll { $0.kind == .drop }
      }
      peers[name]?.aside.add(contents)
      let patience = peer.isStranger ? timing.strangerBackoff : timing.idleBackoff
      let watchful = peer.unanswered > 1 ? timing.watchedBackoff : timing.firstRetry
      deadlines.set(now.instant + (asks && peer.isSubscribed ? watchful : patience), for: .aside(name))
    }
    if peers[name]?.queue.isEmpty == false || peers[name]?.changed.isEmpty == false { flush(name, at: next) }
  }

  /// What was put aside is tried once more.
  mutating func takeUp(_ name: ServerName, _ now: Moment, _ step: inout Step) {
    guard let contents = peers[name]?.aside, !contents.isEmpty else { return }
    peers[name]?.aside = .init()
    requeue(contents, for: name, &step)
    flush(name, at: now.instant)
  }

  /// Enough to leave one item in each part, whatever the size.
  private static let mostParts = 65_536

  private mutating func backoff(after failures: Int, upTo cap: Duration) -> Duration {
    guard failures > 1 else { return timing.firstRetry }
    let doubled = timing.firstRetry * (1 << min(failures - 1, 12))
    return min(span(0.8...1.2, of: min(doubled, cap)), cap)
  }

  mutating func retry(
    _ name: ServerName, _ rules: inout PresenceRules, _ now: Moment, _ step: inout Step
  ) {
    peers[name]?.retryAt = nil
    guard var inFlight = peers[name]?.inFlight else { return }
    if inFlight.isTainted {
      // It holds a state that the peer may not have any more: the rest goes under a new number.
      peers[name]?.inFlight = nil
      requeue(inFlight.contents, for: name, &step)
      pump(name, &rules, now, &step)
      return
    }
    inFlight.isWaiting = false
    inFlight.since = now.instant
    inFlight.outbound.attempt += 1
    inFlight.outbound.cause = .retry
    peers[name]?.inFlight = inFlight
    post(inFlight.outbound, &step)
  }
}
