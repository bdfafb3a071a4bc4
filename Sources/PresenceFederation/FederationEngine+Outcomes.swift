public import MatrixWire
public import Ports
public import PresenceCore

/// What becomes of attempts and of peers: answered, refused, tried again; silent, back, begun anew.
extension FederationEngine {
  /// An attempt was answered with 200.
  public mutating func succeeded(
    _ sent: OutboundTransaction, with answer: TransactionAnswer, rules: PresenceRules, now: Moment
  ) -> Step {
    var step = Step()
    let name = sent.peer
    guard let inFlight = peers[name]?.outbound.inFlight,
      inFlight.outbound.transaction.id == sent.transaction.id
    else { return step }
    if let behind = answer.behind {
      Self.superseded(peers[name]?.goAhead(of: behind, &agenda, now) ?? [], name, &step)
      run(rules, now, &step)
      return step
    }
    peers[name]?.delivered(&agenda)
    peers[name]?.learn(speaksAdditions: answer.epoch != nil, &agenda, now)
    learnEpoch(answer.epoch, of: name, isFresh: true, now)
    for message in inFlight.contents.messages { delivered(message, to: name, now, &step) }
    if peers[name]?.queue.isEmpty == true { peers[name]?.queue.parts = 1 }
    noteLife(of: name, answeringAll: inFlight.contents.isReminder && answer.answer != nil, now, &step)
    if let said = answer.answer { receiveAnswer(said, from: name, asked: inFlight, rules, now, &step) }
    if answer.answer != nil {
      peers[name]?.watchdog.refreshedAt = now.instant
      if inFlight.contents.isReminder { peers[name]?.exchanged(&agenda, now) }
    } else if !inFlight.contents.queries.isEmpty {
      expectAnswers(to: inFlight.contents.queries, of: name, now)
    }
    if answer.answer != nil { askForMissing(inFlight.contents.polls, of: name, rules, now, step) }
    if let at = peers[name]?.queue.flushAt, at <= now.instant { pump(name, rules, now, &step) }
    touch(name)
    run(rules, now, &step)
    return step
  }

  private mutating func receiveAnswer(
    _ said: PresenceEDU, from name: ServerName, asked: Outbound.InFlight, _ rules: PresenceRules,
    _ now: Moment, _ step: inout Step
  ) {
    peers[name]?.receivePromise(of: said, &agenda, now)
    for push in said.push where Self.maySpeak(name, of: push.userID) {
      receive(push, epoch: said.epoch, from: name, rules, now, &step)
      if asked.contents.queries.contains(push.userID) {
        step.federation.append(.queryAnswered(push.userID, push.content))
      }
    }
    for user in said.refused where Self.maySpeak(name, of: user) {
      wasRefused(user, &step)
      if asked.contents.queries.contains(user) { step.federation.append(.queryAnswered(user, nil)) }
    }
  }

  /// One-shot queries were heard, and are answered by a transaction of their own.
  private mutating func expectAnswers(to queries: Set<UserID>, of name: ServerName, _ now: Moment) {
    peers[name]?.subscriptions.awaitedQueries.formUnion(queries)
    agenda.set(now.instant + timing.watchedTimeout * 2, for: .queries(name))
  }

  /// A repeated answer may hold a state that is older than what came since, or none: users who are still unknown are
  /// polled again.
  private mutating func askForMissing(
    _ polled: Set<UserID>, of name: ServerName, _ rules: PresenceRules, _ now: Moment, _ step: Step
  ) {
    guard peers[name]?.queue.contents.isReminder == false else { return }
    for user in polled.sorted() {
      peers[name]?.askForMissing(user, isKnown: step.isKnown(user, rules), &agenda, now)
    }
  }

  /// An attempt was refused, or not answered in time.
  public mutating func failed(
    _ sent: OutboundTransaction, because reason: AttemptFailure, rules: PresenceRules, now: Moment
  ) -> Step {
    var step = Step()
    fail(sent, because: reason, now, &step)
    run(rules, now, &step)
    return step
  }

  mutating func fail(
    _ sent: OutboundTransaction, because reason: AttemptFailure, _ now: Moment, _ step: inout Step
  ) {
    let name = sent.peer
    // All peers are counted only where it matters.
    let mayWaitLong =
      peers[name].map { $0.isUnknown && !$0.isSubscribed && $0.outbound.running(sent) != nil } ?? false
    let isCrowded = mayWaitLong && reason != .refused && unknownPeers > Self.mostHurriedUnknownPeers
    guard
      let failure = peers[name]?.failed(sent, because: reason, isCrowded: isCrowded, &agenda, now)
    else { return }
    touch(name)
    if failure.isSilence { fellSilent(name, &step) }
    for message in failure.gone { step.federation.append(.delivered(name, message)) }
  }

  private static let mostHurriedUnknownPeers = 64

  private var unknownPeers: Int { peers.names.reduce(0) { $0 + (peers[$1]?.isUnknown == true ? 1 : 0) } }

  mutating func retry(
    _ name: ServerName, _ rules: PresenceRules, _ now: Moment, _ step: inout Step
  ) {
    if peers[name]?.outbound.inFlight?.isTainted == true {
      // It holds what the peer may not have any more: the rest goes under a new number.
      Self.superseded(peers[name]?.requeue() ?? [], name, &step)
      pump(name, rules, now, &step)
    } else if let again = peers[name]?.outbound.retry(at: now.instant) {
      post(again, &step)
    }
  }

  // MARK: Invites without an answer are repeated (Protocol 6.5)

  private mutating func delivered(
    _ message: ListEDU, to name: ServerName, _ now: Moment, _ step: inout Step
  ) {
    guard message.kind == .invite else {
      step.federation.append(.delivered(name, message))
      return
    }
    let wait = invites.delivered(message, at: now.instant, agenda.timing)
    agenda.set(now.instant + wait, for: .invite(message.relation))
  }

  /// Repeats an invite that has no answer, unless it was taken back.
  mutating func inviteAgain(
    _ relation: Relation, _ rules: PresenceRules, _ now: Moment, _ step: inout Step
  ) {
    guard let entry = rules.lists.entry(of: relation.owner, for: relation.observed),
      entry.state == .pending
    else {
      invites.forget(relation)
      return
    }
    let invite = ListEDU(
      .invite, observer: relation.owner, observed: relation.observed,
      inviteID: entry.invitedAt.milliseconds)
    sendInvite(invite, now, &step)
  }

  /// The same invite goes at most once a minute, whether its user makes it again or this server repeats it (Protocol
  /// 3.6 E3).
  mutating func sendInvite(_ invite: ListEDU, _ now: Moment, _ step: inout Step) {
    let name = invite.observed.server
    if peers[name]?.outbound.inFlight?.contents.messages.contains(invite) == true {
      // It is on its way, and is tried until it is taken.
      peers[name]?.hasten(&agenda, now)
      return
    }
    if let earliest = invites.earliestRepeat(of: invite, timing), now.instant < earliest {
      agenda.set(earliest, for: .invite(invite.relation))
    } else {
      send(invite, to: name, now: now, &step)
    }
  }

  // MARK: The watchdogs (R3 to R6)

  mutating func longTimerFired(
    _ name: ServerName, _ rules: PresenceRules, _ now: Moment, _ step: inout Step
  ) {
    guard let peer = peers[name] else { return }
    peers[name]?.watchdog.longAt = nil
    if peer.isModern {
      peers[name]?.refreshModern(&agenda, now)
    } else {
      if peer.watchdog.isPromiseOver(at: now.instant) { fellSilent(name, &step) }
      peers[name]?.remind(&agenda, now)
    }
    peers[name]?.armLongTimer(&agenda, now)
    for user in Set(peer.subscriptions.watchedByUs.values.flatMap(\.relationship)).sorted() {
      restand(user, rules, now, &step)
    }
    touch(name)
  }

  /// What a server of today said long ago is no longer believed (R12).
  mutating func expireModern(_ name: ServerName, _ now: Moment, _ step: inout Step) {
    peers[name]?.watchdog.expiryAt = nil
    guard peers[name]?.isModern == true else { return }
    for (user, isWanted) in peers[name]?.subscriptions.expire(agenda.timing.modernExpiry, at: now.instant)
      ?? []
    {
      step.update(.unknown(user, because: isWanted ? .unreachable : .unanswered))
    }
    peers[name]?.awaitExpiry(&agenda)
    touch(name)
  }

  // MARK: Silence

  /// A peer gave a sign of life (R3).
  mutating func noteLife(
    of name: ServerName, answeringAll: Bool = false, _ now: Moment, _ step: inout Step
  ) {
    guard peers[name]?.noteLife(&agenda, now) == true else { return }
    step.update(.back(name))
    // Its users are unknown until they are pushed.
    if !answeringAll { peers[name]?.pollAgain(&agenda, now) }
    touch(name)
  }

  /// A peer does not answer: nothing is known of its users any more (R6).
  mutating func fellSilent(_ name: ServerName, _ step: inout Step) {
    guard let lost = peers[name]?.fallSilent(agenda.timing) else { return }
    for user in lost { step.update(.unknown(user, because: .unreachable)) }
    step.update(.silent(name))
    touch(name)
  }

  /// A peer has started anew: it has forgotten what it promised, and whom it watched (R13).
  mutating func restarted(_ name: ServerName, to epoch: Int64, _ now: Moment) {
    guard let peer = peers[name] else { return }
    peers[name]?.replay.epoch = epoch
    peers[name]?.watchdog.shortInterval = agenda.timing.shortInterval
    for user in peer.subscriptions.watchedByThem.sorted() { unwatch(user, by: name) }
    peers[name]?.pollAgain(&agenda, now)
    // A transaction under way went to the life that is gone.
    if !peer.outbound.isIdle { agenda.set(now.instant, for: .retry(name)) }
  }

  /// Learns which life of the peer speaks. An answer is certainly of its present one; a transaction may be late.
  mutating func learnEpoch(
    _ epoch: Int64?, of name: ServerName, isFresh: Bool, _ now: Moment
  ) {
    guard let epoch, peers[name]?.replay.learn(epoch: epoch, isFresh: isFresh) == true else { return }
    restarted(name, to: epoch, now)
  }
}
