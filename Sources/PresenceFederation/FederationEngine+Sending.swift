public import MatrixWire
public import Ports
public import PresenceCore

/// Transactions: what goes into one, and what becomes of it. One is under way to each server at a time, and it
/// is the same in every attempt (protocol 6.1).
extension FederationEngine {
  /// A list message goes at once.
  mutating func send(_ message: ListEDU, to name: ServerName, now: Moment, _ step: inout Step) {
    open(name)
    if let older = peers[name]?.add(message), older != message, older.kind != .invite {
      // It will never be sent, and must not be after a start either.
      step.federation.append(.delivered(name, older))
    }
    // Whoever was just accepted sees at once what they were accepted for.
    if message.kind == .accept { peers[name]?.queue.states.insert(message.observed) }
    flush(name, at: now.instant)
    hasten(name, now)
  }

  /// What waits to be tried again waits no longer than something that must arrive may, or that somebody looks for.
  mutating func hasten(_ name: ServerName, _ now: Moment) {
    guard let peer = peers[name], let retryAt = peer.retryAt, let since = peer.failingSince,
      now.instant - since < timing.longSilence, retryAt > now.instant + timing.watchedBackoff
    else { return }
    peers[name]?.retryAt = now.instant + timing.watchedBackoff
    deadlines.set(now.instant + timing.watchedBackoff, for: .retry(name))
  }

  /// Sends what waits, unless something is under way: then it follows.
  mutating func pump(
    _ name: ServerName, _ rules: inout PresenceRules, _ now: Moment, _ step: inout Step
  ) {
    guard let peer = peers[name] else { return }
    if let inFlight = peer.inFlight {
      hurry(inFlight, name, &rules, now, &step)
      return
    }
    peers[name]?.flushAt = nil
    touch(name)
    guard let (contents, edus) = compose(for: name, rules, now) else { return }
    lastNumber += 1
    let order = Transaction.Order(epoch: peer.ourEpoch, number: lastNumber)
    let transaction = Transaction(
      id: "\(order.epoch)_\(order.number)", origin: server, sentAt: now.wall.milliseconds, edus: edus,
      order: order)
    let isWatched =
      peer.shortSpan != nil || contents.isReminder || contents.isGreeting || !contents.polls.isEmpty
      || !contents.onces.isEmpty
    let outbound = OutboundTransaction(
      peer: name, transaction: transaction, attempt: 1,
      timeout: isWatched ? timing.watchedTimeout : timing.timeout, cause: cause(of: contents, peer),
      speaksAdditions: peer.speaksAdditions == true)
    peers[name]?.inFlight = .init(outbound: outbound, contents: contents, since: now.instant)
    if contents.isReminder { peers[name]?.awaitsAnswer = policy == .literal }
    post(outbound, &step)
  }

  /// Something that somebody waits for is held up by an attempt with all the time in the world: that is given up
  /// after a watchdog's patience.
  private mutating func hurry(
    _ inFlight: PeerState.InFlight, _ name: ServerName, _ rules: inout PresenceRules, _ now: Moment,
    _ step: inout Step
  ) {
    guard !inFlight.isWaiting, peers[name]?.queue.isEmpty == false else { return }
    let end = inFlight.since + timing.watchedTimeout
    if now.instant >= end {
      fail(inFlight.outbound, &rules, now, &step)
    } else {
      armFlush(name, end)
    }
  }

  private mutating func post(_ outbound: OutboundTransaction, _ step: inout Step) {
    peers[outbound.peer]?.tally[outbound.cause, default: 0] += 1
    step.federation.append(.send(outbound))
  }

  private func cause(of contents: PeerState.Contents, _ peer: PeerState) -> MessageCause {
    let isStanding =
      peer.watchedByThem.isEmpty && peer.watchedByUs.values.allSatisfy { $0.observers.isEmpty }
      && peer.watchedByUs.values.contains { !$0.standing.isEmpty }
    if contents.isReminder { return isStanding ? .standing : .reminder }
    if !contents.asksNothing || contents.isGreeting { return isStanding ? .standing : .subscribe }
    if contents.isAnswer { return .answer }
    return contents.messages.isEmpty ? .push : .list
  }

  // MARK: Composing

  /// Of a transaction, and of an answer: a state may take 6 kB, and what takes a megabyte is refused.
  static let mostStates = 2 * Transaction.mostStates

  /// Takes what waits for a server out of its queue; nil where nothing is left of it.
  private mutating func compose(
    for name: ServerName, _ rules: PresenceRules, _ now: Moment
  ) -> (PeerState.Contents, [EDU])? {
    guard let peer = peers[name] else { return nil }
    var contents = peer.queue
    let isWhole = contents.isReminder
    contents.messages = Array(peer.queue.messages.prefix(Transaction.mostEDUs / 2))
    contents.states.formUnion(isWhole ? peer.watchedByThem : peer.changed.intersection(peer.watchedByThem))
    if isWhole { contents.polls = Set(peer.watchedByUs.keys) }

    // Whether each of them may be seen is asked now, not when the change was queued.
    var pushes = contents.states.sorted().compactMap { push(of: $0, to: name, rules, now) }
    let most = Self.mostStates
    let later = pushes.dropFirst(most).map(\.userID)
    pushes = Array(pushes.prefix(most))
    contents.states = Set(pushes.map(\.userID))

    peers[name]?.queue = PeerState.Contents()
    peers[name]?.queue.messages = Array(peer.queue.messages.dropFirst(contents.messages.count))
    peers[name]?.changed = Set(later)
    if !later.isEmpty || peers[name]?.queue.messages.isEmpty == false { flush(name, at: now.instant) }
    guard !contents.isEmpty else { return nil }
    for user in contents.polls { peers[name]?.update(user) { $0.isPolled = true } }
    return (contents, contents.messages.map(EDU.list) + presence(contents, pushes, peer))
  }

  private func push(
    of user: UserID, to name: ServerName, _ rules: PresenceRules, _ now: Moment
  ) -> PresenceEDU.Push? {
    guard isShown(user, to: name, rules), let content = rules.publicPresence(of: user, now: now) else {
      return nil
    }
    return PresenceEDU.Push(userID: user, content: content, sequence: versions[user] ?? 0)
  }

  private func presence(
    _ contents: PeerState.Contents, _ pushes: [PresenceEDU.Push], _ peer: PeerState
  ) -> [EDU] {
    guard
      !pushes.isEmpty || !contents.asksNothing || !contents.refusals.isEmpty || contents.isReminder
        || contents.isAnswer || contents.isGreeting
    else { return [] }
    var first = PresenceEDU()
    first.epoch = peer.ourEpoch
    first.promise = timing.promise.wholeMilliseconds
    first.poll = contents.polls.sorted()
    first.unpoll = contents.unpolls.sorted()
    first.once = contents.onces.sorted()
    first.refused = contents.refusals.sorted()
    first.role = contents.isReminder ? .reminder : contents.isAnswer ? .answer : nil
    first.wantsInlineAnswer =
      policy != .literal && (contents.isReminder || !first.poll.isEmpty || !first.once.isEmpty)
    var edus: [PresenceEDU] = []
    var rest = pushes[...]
    repeat {
      var edu = edus.isEmpty ? first : PresenceEDU()
      edu.epoch = peer.ourEpoch
      edu.push = Array(rest.prefix(Transaction.mostStates))
      rest = rest.dropFirst(Transaction.mostStates)
      edus.append(edu)
    } while !rest.isEmpty
    return edus.map(EDU.presence)
  }

  /// What an answer says of people somebody asked for: their states, and who is not shown.
  mutating func answer(
    to asked: [UserID], of name: ServerName, _ rules: PresenceRules, _ now: Moment
  ) -> PresenceEDU {
    var edu = PresenceEDU()
    edu.epoch = peers[name]?.ourEpoch ?? epoch
    edu.promise = timing.promise.wholeMilliseconds
    edu.role = .answer
    for user in asked {
      guard isShown(user, to: name, rules) else {
        edu.refused.append(user)
        continue
      }
      if edu.push.count < Self.mostStates, let push = push(of: user, to: name, rules, now) {
        edu.push.append(push)
      } else {
        // The rest follows.
        peers[name]?.queue.states.insert(user)
        flush(name, at: now.instant)
      }
    }
    return edu
  }

  // MARK: What became of it

  /// An attempt was answered with 200.
  public mutating func succeeded(
    _ sent: OutboundTransaction, with answer: TransactionAnswer, rules: inout PresenceRules, now: Moment
  ) -> Step {
    var step = Step()
    let name = sent.peer
    guard let inFlight = peers[name]?.inFlight, inFlight.outbound.transaction.id == sent.transaction.id
    else { return step }
    if let behind = answer.behind {
      goAhead(of: behind, name, inFlight, now)
      run(&rules, now, &step)
      return step
    }
    deadlines.set(nil, for: .retry(name))
    peers[name]?.inFlight = nil
    peers[name]?.failures = 0
    peers[name]?.failingSince = nil
    peers[name]?.timesBehind = 0
    peers[name]?.speaksAdditions = answer.epoch != nil
    learnEpoch(answer.epoch, of: name, isFresh: true, now, &step)
    for message in inFlight.contents.messages { delivered(message, to: name, now, &step) }
    hearLife(of: name, answeringAll: inFlight.contents.isReminder && answer.answer != nil, &rules, now, &step)
    if let said = answer.answer { hearAnswer(said, from: name, asked: inFlight, &rules, now, &step) }
    if inFlight.contents.isReminder, policy != .literal { exchanged(name, now) }
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
    notePromise(said, of: name)
    for push in said.push where points.maySpeak(name, push.userID) {
      take(push, epoch: said.epoch, from: name, &rules, now, &step)
      if asked.contents.onces.contains(push.userID) {
        step.federation.append(.answeredOnce(push.userID, push.content))
      }
    }
    for user in said.refused where points.maySpeak(name, user) {
      wasRefused(user, &rules, &step)
      if asked.contents.onces.contains(user) { step.federation.append(.answeredOnce(user, nil)) }
    }
  }

  /// An answer that was given before may say of somebody what is older than what came since, or nothing: while they
  /// are unknown they are asked for again.
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

  /// The other server has heard of a later life of ours than this: after a start without a memory, on a clock
  /// that went back. Everything is said again, from above.
  private mutating func goAhead(
    of behind: Int64, _ name: ServerName, _ inFlight: PeerState.InFlight, _ now: Moment
  ) {
    guard let peer = peers[name] else { return }
    let isPlausible = behind >= peer.ourEpoch && behind < CanonicalJSON.exactIntegers.upperBound
    peers[name]?.inFlight = nil
    peers[name]?.requeue(inFlight.contents)
    peers[name]?.changed.formUnion(peer.watchedByThem)
    peers[name]?.timesBehind += 1
    if isPlausible {
      peers[name]?.ourEpoch = behind + 1
    }
    // A server that says so again and again is not to be believed, and waits.
    let wait = peer.timesBehind == 0 ? Duration.zero : timing.watchedBackoff
    peers[name]?.flushAt = nil
    flush(name, at: now.instant + wait)
  }

  /// An attempt was refused, or not answered in time.
  public mutating func failed(
    _ sent: OutboundTransaction, rules: inout PresenceRules, now: Moment
  ) -> Step {
    var step = Step()
    fail(sent, &rules, now, &step)
    run(&rules, now, &step)
    return step
  }

  private mutating func fail(
    _ sent: OutboundTransaction, _ rules: inout PresenceRules, _ now: Moment, _ step: inout Step
  ) {
    let name = sent.peer
    guard let peer = peers[name], let inFlight = peer.inFlight, !inFlight.isWaiting,
      inFlight.outbound.transaction.id == sent.transaction.id, inFlight.outbound.attempt == sent.attempt
    else { return }
    touch(name)
    let failures = peer.failures + 1
    peers[name]?.failures = failures
    if peer.failingSince == nil { peers[name]?.failingSince = now.instant }
    let isLong = now.instant - (peers[name]?.failingSince ?? now.instant) >= timing.longSilence
    if !peer.isSubscribed, inFlight.contents.messages.isEmpty,
      isLong || failures >= inFlight.contents.mostAttempts
    {
      // Nobody is left whom it would serve.
      peers[name]?.inFlight = nil
      if let at = peer.flushAt { armFlush(name, max(at, now.instant)) }
      return
    }
    let isAwaited = inFlight.outbound.timeout <= timing.watchedTimeout || !peer.queue.polls.isEmpty
    if failures >= 2, isAwaited { fellSilent(name, &rules, now, &step) }
    let hasStake =
      peer.isSubscribed || inFlight.contents.isGreeting || !inFlight.contents.messages.isEmpty
      || !peer.queue.messages.isEmpty || !peer.queue.polls.isEmpty
    let cap = hasStake && !isLong ? timing.watchedBackoff : timing.idleBackoff
    let wait = backoff(after: failures, upTo: cap)
    peers[name]?.inFlight?.isWaiting = true
    peers[name]?.retryAt = now.instant + wait
    deadlines.set(now.instant + wait, for: .retry(name))
  }

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
      // It holds a state that its reader may no longer have: what is left of it goes under another name.
      peers[name]?.inFlight = nil
      peers[name]?.requeue(inFlight.contents)
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

  // MARK: Invites

  private mutating func delivered(
    _ message: ListEDU, to name: ServerName, _ now: Moment, _ step: inout Step
  ) {
    guard message.kind == .invite else {
      step.federation.append(.delivered(name, message))
      return
    }
    let question = Question(observer: message.observer, observed: message.observed)
    let count = asked[question] ?? 0
    asked[question] = count + 1
    let repeats = timing.inviteRepeats
    let wait =
      count < repeats.count
      ? repeats[count] - (count > 0 ? repeats[count - 1] : .zero) : timing.inviteInterval
    deadlines.set(now.instant + wait, for: .invite(question))
  }

  /// Puts a question again that nobody answered; not one that was taken back.
  mutating func askAgain(
    _ question: Question, _ rules: PresenceRules, _ now: Moment, _ step: inout Step
  ) {
    guard let entry = rules.lists.entry(of: question.observer, for: question.observed),
      entry.state == .pending
    else {
      asked[question] = nil
      return
    }
    let invite = ListEDU(
      .invite, observer: question.observer, observed: question.observed,
      question: entry.invitedAt.milliseconds)
    send(invite, to: question.observed.server, now: now, &step)
  }
}
