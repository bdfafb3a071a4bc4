internal import MatrixWire
internal import Ports
internal import PresenceCore

/// Transactions that go out. One is under way to each peer at a time, and it is the same in every attempt
/// (Protocol 6.1).
extension FederationEngine {
  /// A list message goes at once.
  mutating func send(_ message: ListEDU, to name: ServerName, now: Moment, _ step: inout Step) {
    open(name)
    Self.superseded(peers[name]?.send(message, &agenda, now) ?? [], name, &step)
  }

  /// Replaced messages will never be sent, and must not be sent after a start either.
  static func superseded(_ messages: [ListEDU], _ name: ServerName, _ step: inout Step) {
    for message in messages where message.kind != .invite {
      step.federation.append(.delivered(name, message))
    }
  }

  /// Sends what waits, unless a transaction is under way: then it follows that.
  mutating func pump(
    _ name: ServerName, _ rules: PresenceRules, _ now: Moment, _ step: inout Step
  ) {
    guard peers[name]?.outbound.isIdle == true else {
      if let late = peers[name]?.hurry(&agenda, now) { fail(late, because: .noAnswer, now, &step) }
      return
    }
    peers[name]?.queue.flushAt = nil
    touch(name)
    guard let (contents, edus) = compose(for: name, rules, now), let peer = peers[name] else { return }
    let order = Transaction.Order(epoch: peer.ourEpoch, number: nextNumber(for: name, now))
    let transaction = Transaction(
      id: "\(order.epoch)_\(order.number)", origin: server, sentAt: now.wall.milliseconds, edus: edus,
      order: order)
    let isWatched =
      peer.watchdog.isShortRunning || contents.isReminder || contents.isGreeting || !contents.polls.isEmpty
      || !contents.queries.isEmpty
    let outbound = OutboundTransaction(
      peer: name, transaction: transaction, attempt: 1,
      timeout: isWatched ? timing.watchedTimeout : timing.timeout, cause: peer.cause(of: contents),
      speaksAdditions: peer.dialect.speaksAdditions == true)
    peers[name]?.outbound = .sending(.init(outbound: outbound, contents: contents, since: now.instant))
    if contents.isReminder { peers[name]?.watchdog.awaitsAnswer = true }
    post(outbound, &step)
  }

  mutating func post(_ outbound: OutboundTransaction, _ step: inout Step) {
    peers[outbound.peer]?.tally[outbound.cause, default: 0] += 1
    step.federation.append(.send(outbound))
  }

  // MARK: What goes into a transaction, and into an answer

  /// The most states in a transaction or answer. A state may take 6 kB, and a body of a megabyte is refused.
  static let mostStates = 2 * Transaction.mostStates
  /// The most bytes of names in a transaction.
  static let mostNameBytes = 256 * 1024

  /// Takes the next transaction's contents out of the queue of a peer; nil where nothing is left to send.
  mutating func compose(
    for name: ServerName, _ rules: PresenceRules, _ now: Moment
  ) -> (OutboundContents, [EDU])? {
    guard let peer = peers[name] else { return nil }
    var contents = peer.queue.contents
    let (subscriptions, isWhole) = (peer.subscriptions, contents.isReminder)
    contents.states.formUnion(
      isWhole ? subscriptions.watchedByThem : peer.queue.changed.intersection(subscriptions.watchedByThem))
    if isWhole { contents.polls = Set(subscriptions.watchedByUs.keys) }

    // Visibility is checked now, not when the change was queued.
    var pushes = contents.states.sorted().compactMap { push(of: $0, to: name, rules, now) }
    let most = max(1, Self.mostStates / peer.queue.parts)
    let later = pushes.dropFirst(most).map(\.userID)
    pushes = Array(pushes.prefix(most))
    contents.states = Set(pushes.map(\.userID))
    let rest = contents.cut(
      messages: max(1, Transaction.mostEDUs / 2 / peer.queue.parts),
      nameBytes: Self.mostNameBytes / peer.queue.parts)

    peers[name]?.queue.contents = rest
    peers[name]?.queue.changed = Set(later)
    if !later.isEmpty || !rest.isEmpty { peers[name]?.flush(at: now.instant, &agenda) }
    guard !contents.isEmpty else { return nil }
    for user in contents.polls { peers[name]?.subscriptions.update(user) { $0.isPolled = true } }
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
    _ contents: OutboundContents, _ pushes: [PresenceEDU.Push], _ peer: PeerLink
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
    first.queries = contents.queries.sorted()
    first.refused = contents.refusals.sorted()
    first.role = contents.isReminder ? .reminder : contents.isAnswer ? .answer : nil
    first.wantsInlineAnswer =
      policy != .literal && (contents.isReminder || !first.poll.isEmpty || !first.queries.isEmpty)
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

  /// What an answer says of the users that were asked for: their states, and who is not shown. What is `given` in it
  /// already, for other messages of the same transaction, is not repeated, and counts against the limit.
  mutating func answer(
    to asked: [UserID], of name: ServerName, beside given: Reception, _ rules: PresenceRules, _ now: Moment
  ) -> PresenceEDU {
    var edu = PresenceEDU()
    edu.epoch = peers[name]?.ourEpoch ?? epoch
    edu.promise = timing.promise.wholeMilliseconds
    edu.role = .answer
    let (said, refused) = (given.said.count, given.refused)
    for user in asked where !given.said.contains(user) {
      guard isShown(user, to: name, rules) else {
        if !refused.contains(user) { edu.refused.append(user) }
        continue
      }
      if said + edu.push.count < Self.mostStates, let push = push(of: user, to: name, rules, now) {
        edu.push.append(push)
      } else {
        // The rest follows.
        peers[name]?.queue.contents.states.insert(user)
        peers[name]?.flush(at: now.instant, &agenda)
      }
    }
    return edu
  }
}
