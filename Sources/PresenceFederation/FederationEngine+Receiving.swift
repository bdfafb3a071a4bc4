public import MatrixWire
public import Ports
public import PresenceCore

/// What comes from peers. Their signatures were checked before; what a peer may say is checked here.
extension FederationEngine {
  /// Begins to take a transaction that is signed by its origin; its parts follow (`Reception.beginPart`, `receive`).
  /// Others of the same origin have to wait until it is done.
  ///
  /// - Parameters:
  ///   - transaction: what its origin says.
  ///   - decisions: what each of its messages about lists does, in order, with all that has to be stored of it stored.
  ///   - now: the time.
  /// - Returns: the transaction, none of which is taken yet.
  /// - Throws: `M_TOO_LARGE` for more events, messages or states than one transaction may hold, to be answered
  ///   with status 400.
  public mutating func begin(
    _ transaction: Transaction, decisions: [ListDecision] = [], now: Moment
  ) throws(MatrixError) -> Reception {
    var reception = try Reception(transaction, decisions: decisions)
    // Late, done long ago, or played back by an eavesdropper: it is no sign of life either.
    if let answer = answerGiven(to: transaction) {
      reception.given = answer
      return reception
    }
    let name = transaction.origin
    open(name)
    if let order = transaction.order { peers[name]?.replay.order = order }
    if transaction.order != nil || peers[name]?.dialect.speaksAdditions == nil {
      peers[name]?.learn(speaksAdditions: transaction.order != nil, &agenda, now)
    }
    learnEpoch(transaction.order?.epoch, of: name, isFresh: false, now)
    reception.begin(empty(for: name))
    return reception
  }

  /// Takes the part of a transaction that `Reception.beginPart` began. The answer is whole when it was the last one.
  ///
  /// - Returns: what follows; it has to be carried out before the next part, and, after the last one, be durable before
  ///   the answer leaves.
  public mutating func receive(
    _ reception: inout Reception, rules: PresenceRules, now: Moment
  ) -> Step {
    var step = Step()
    let name = reception.transaction.origin
    if let answer = reception.given {
      reception.isDone = true
      reception.answer = repeated(answer, to: reception.transaction, rules, now, &step)
      return step
    }
    open(name)
    receiveMessages(reception, rules, now, &step)
    while reception.messages.isEmpty, reception.room > 0 {
      guard reception.next() else {
        noteLife(of: name, now, &step)
        recent.keep(reception.answer, to: reception.transaction)
        reception.isDone = true
        break
      }
      receivePresence(&reception, rules, now, &step)
    }
    touch(name)
    run(rules, now, &step)
    return step
  }

  /// Messages about lists come before all others: the rules have done what they ask for.
  private mutating func receiveMessages(
    _ reception: Reception, _ rules: PresenceRules, _ now: Moment, _ step: inout Step
  ) {
    let name = reception.transaction.origin
    absorb(reception.effects, rules, now, &step)
    for user in reception.acceptedNow.sorted() where user.server == name {
      askAccepted(user, rules, now, &step)
    }
    if !reception.effects.isEmpty, let peer = peers[name] {
      // So that it is not taken again after a start.
      step.federation.append(.remember(peer.record))
    }
  }

  /// The answer to a transaction that was answered before.
  private mutating func repeated(
    _ answer: TransactionAnswer, to transaction: Transaction, _ rules: PresenceRules, _ now: Moment,
    _ step: inout Step
  ) -> TransactionAnswer {
    let name = transaction.origin
    // Taken before a start, and its answer never left: this time it comes from a peer that is there.
    if transaction.order != nil, transaction.order == peers[name]?.replay.order,
      !recent.has(name, id: transaction.id)
    {
      recent.keep(answer, to: transaction)
      noteLife(of: name, now, &step)
      run(rules, now, &step)
      return answer
    }
    guard recent.isTooLarge(name, id: transaction.id) else { return shownStill(answer, to: name, rules) }
    return answerAnew(transaction, rules, now, &step)
  }

  /// Whether a transaction will be taken: it is neither a repetition, nor of a life of its sender before the present
  /// one. What its list messages lead to needs to be stored only if it is.
  public func accepts(_ transaction: Transaction) -> Bool { answerGiven(to: transaction) == nil }

  private func answerGiven(to transaction: Transaction) -> TransactionAnswer? {
    let name = transaction.origin
    if let answer = recent[name, transaction.id] { return answer }
    var window = peers[name]?.replay ?? ReplayWindow()
    if window.order == nil { window.order = recent.order(of: name) }
    switch window.verdict(on: transaction.order) {
    case .new: return nil
    case .behind(let epoch): return behind(epoch)
    case .repeated: return empty(for: name)
    }
  }

  /// A user accepted, and is polled whatever was asked before: a poll under way may have been refused, and a
  /// subscription from before a revocation is gone.
  private mutating func askAccepted(
    _ user: UserID, _ rules: PresenceRules, _ now: Moment, _ step: inout Step
  ) {
    peers[user.server]?.subscriptions.update(user) { $0.isPolled = false }
    for owner in rules.lists.audience(of: user).sorted() { reconsider(user, of: owner, rules, now, &step) }
  }

  /// An answer given before, without users who may not be shown any more.
  private func shownStill(
    _ answer: TransactionAnswer, to name: ServerName, _ rules: PresenceRules
  ) -> TransactionAnswer {
    let gone = Set((answer.answer?.push ?? []).map(\.userID).filter { !isShown($0, to: name, rules) })
    guard !gone.isEmpty else { return answer }
    var answer = answer
    answer.answer?.push.removeAll { gone.contains($0.userID) }
    answer.answer?.refused += gone.sorted()
    return answer
  }

  /// The answer given before was too large to be kept: the peer is told what holds now. It sent nothing else since, so
  /// its polls stand as they were.
  private mutating func answerAnew(
    _ transaction: Transaction, _ rules: PresenceRules, _ now: Moment, _ step: inout Step
  ) -> TransactionAnswer {
    var reception = Reception(unchecked: transaction)
    reception.begin(empty(for: transaction.origin))
    for case .presence(let edu) in transaction.edus {
      promise(edu, to: transaction.origin, &reception, rules, now)
    }
    touch(transaction.origin)
    run(rules, now, &step)
    return reception.answer
  }

  private func empty(for name: ServerName) -> TransactionAnswer {
    var answer = TransactionAnswer()
    answer.epoch = peers[name]?.ourEpoch ?? epoch
    return answer
  }

  private func behind(_ epoch: Int64) -> TransactionAnswer {
    var answer = TransactionAnswer()
    answer.behind = epoch
    return answer
  }

  // MARK: Presence

  /// What the next part of a message says.
  private mutating func receivePresence(
    _ reception: inout Reception, _ rules: PresenceRules, _ now: Moment, _ step: inout Step
  ) {
    let name = reception.transaction.origin
    if reception.beginsMessage {
      peers[name]?.receivePromise(of: reception.message, &agenda, now)
      // A reminder names all users its sender watches: of others it hears no more.
      if reception.message.role == .reminder {
        let gone = peers[name]?.subscriptions.watchedByThem.subtracting(reception.message.poll) ?? []
        reception.message.unpoll += gone.sorted()
      }
    }
    let edu = reception.takePart()
    for user in edu.unpoll { unwatch(user, by: name) }
    for push in edu.push where Self.maySpeak(name, of: push.userID) {
      receive(push, epoch: edu.epoch, from: name, rules, now, &step)
      if isAwaited(push.userID, edu, of: name) {
        step.federation.append(.queryAnswered(push.userID, push.content))
      } else if edu.epoch != nil, !reception.accepted.contains(push.userID) {
        peers[name]?.declineUnwanted(push.userID, &agenda, now)
      }
    }
    for user in edu.refused where Self.maySpeak(name, of: user) {
      wasRefused(user, &step)
      if isAwaited(user, edu, of: name) { step.federation.append(.queryAnswered(user, nil)) }
    }
    guard reception.hasHeardMessage else { return }
    if reception.endsHearing {
      let isExchange =
        edu.role == .reminder || (edu.role == .answer && peers[name]?.watchdog.awaitsAnswer == true)
      // A plain push puts only the short timer off.
      if isExchange { peers[name]?.exchanged(&agenda, now) }
    }
    promise(edu, to: name, &reception, rules, now)
  }

  /// Whether this answers a one-shot query.
  private mutating func isAwaited(_ user: UserID, _ edu: PresenceEDU, of name: ServerName) -> Bool {
    edu.role == .answer && peers[name]?.subscriptions.awaitedQueries.remove(user) != nil
  }

  /// A peer does not show a user. They are polled again when their acceptance comes, or with a reminder.
  mutating func wasRefused(_ user: UserID, _ step: inout Step) {
    guard peers[user.server]?.subscriptions.watchedByUs[user] != nil else { return }
    peers[user.server]?.subscriptions.refused(user)
    step.update(.unknown(user, because: .notShown))
    touch(user.server)
  }

  /// Subscribes a peer to the users it polls, as far as they may be shown; the answer goes in the response or by itself
  /// (R2).
  private mutating func promise(
    _ edu: PresenceEDU, to name: ServerName, _ reception: inout Reception, _ rules: PresenceRules,
    _ now: Moment
  ) {
    let polled = Set(edu.poll).filter { $0.server == server }.sorted()
    let isAsked = !polled.isEmpty || !edu.queries.isEmpty || edu.role == .reminder
    guard isAsked else { return }
    if edu.epoch == nil, !polled.isEmpty { peers[name]?.polled(&agenda, now) }
    for user in polled where isShown(user, to: name, rules) { watch(user, by: name) }
    let asked = polled + Set(edu.queries).subtracting(polled).filter { $0.server == server }.sorted()
    // The answer tells these states, so the batch need not.
    for user in polled { peers[name]?.queue.changed.remove(user) }
    if edu.wantsInlineAnswer, policy != .literal {
      reception.add(answer(to: asked, of: name, beside: reception, rules, now))
      return
    }
    let shown = asked.filter { isShown($0, to: name, rules) }
    peers[name]?.queueAnswer(of: shown, refusing: Set(asked).subtracting(shown), &agenda, now)
  }

  /// Takes a state of a user who is watched here, if it is newer than what is held.
  mutating func receive(
    _ push: PresenceEDU.Push, epoch: Int64?, from name: ServerName, _ rules: PresenceRules,
    _ now: Moment, _ step: inout Step
  ) {
    let user = push.userID
    // A server of today says it unasked, and only once: it is kept until it expires, watched or not.
    let (isModern, isListed) = (peers[name]?.isModern == true, !rules.lists.audience(of: user).isEmpty)
    if isModern, isListed { peers[name]?.subscriptions.watch(user) }
    guard let watched = peers[name]?.subscriptions.watchedByUs[user] else { return }
    let offered = epoch.flatMap { epoch in push.sequence.map { Version(epoch: epoch, sequence: $0) } }
    if let offered, let held = watched.version {
      // The same state again says that it still holds, which is news where nothing was known.
      guard held < offered || (held == offered && !step.isKnown(user, rules)) else { return }
    }
    peers[name]?.subscriptions.received(
      user, version: offered, isPresent: Self.isPresent(push.content.state), at: now.instant)
    if peers[name]?.watchdog.refreshedAt == nil { peers[name]?.watchdog.refreshedAt = now.instant }
    if isModern, peers[name]?.watchdog.expiryAt == nil { peers[name]?.awaitExpiry(&agenda) }
    if isListed { step.update(.state(user, push.content, heardAt: now.instant)) }
    if epoch == nil, push.content.displayName == nil { askProfile(of: user, now, &step) }
    touch(name)
  }

  /// Servers of today do not send names along: they are asked for them now and then.
  private mutating func askProfile(of user: UserID, _ now: Moment, _ step: inout Step) {
    let askedAt = peers[user.server]?.subscriptions.watchedByUs[user]?.profileAskedAt
    guard askedAt.map({ now.instant - $0 >= timing.profileInterval }) ?? true else { return }
    peers[user.server]?.subscriptions.update(user) { $0.profileAskedAt = now.instant }
    step.federation.append(.askProfile(user))
  }

  /// Whether a state is shown as other than offline.
  private static func isPresent(_ state: PresenceState) -> Bool {
    switch state {
    case .online, .unavailable, .freeForChat, .busy: true
    default: false
    }
  }
}
