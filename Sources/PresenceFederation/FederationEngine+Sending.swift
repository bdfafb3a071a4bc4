internal import MatrixWire
internal import Ports
internal import PresenceCore

/// Transactions that go out. One is under way to each peer at a time, and it is the same in every attempt
/// (Protocol 6.1).
extension FederationEngine {
  /// A list message goes at once.
  mutating func send(_ message: ListEDU, to name: ServerName, now: Moment, _ step: inout Step) {
    open(name)
    if let older = peers[name]?.add(message) { superseded([older], name, &step) }
    let aside = peers[name]?.aside.messages.filter { $0.isSameRelation(as: message) } ?? []
    peers[name]?.aside.messages.removeAll { $0.isSameRelation(as: message) }
    superseded(aside.filter { $0 != message }, name, &step)
    // A message that this one replaces is not tried again.
    if peers[name]?.inFlight?.contents.messages.contains(where: { $0.isSameRelation(as: message) }) == true {
      peers[name]?.inFlight?.isTainted = true
    }
    // The observer who was just accepted sees at once what they were accepted for.
    if message.kind == .accept { peers[name]?.queue.states.insert(message.observed) }
    flush(name, at: now.instant)
    hasten(name, now)
  }

  /// Replaced messages will never be sent, and must not be sent after a start either.
  func superseded(_ messages: [ListEDU], _ name: ServerName, _ step: inout Step) {
    for message in messages where message.kind != .invite {
      step.federation.append(.delivered(name, message))
    }
  }

  /// Queues the contents of a transaction again.
  mutating func requeue(_ contents: PeerState.Contents, for name: ServerName, _ step: inout Step) {
    if let older = peers[name]?.requeue(contents) { superseded(older, name, &step) }
  }

  /// A retry waits no longer than a message that must arrive may wait, or a poll that a user waits for.
  mutating func hasten(_ name: ServerName, _ now: Moment) {
    guard let peer = peers[name], let retryAt = peer.retryAt, let since = peer.failingSince,
      now.instant - since < timing.longSilence, retryAt > now.instant + timing.watchedBackoff
    else { return }
    peers[name]?.retryAt = now.instant + timing.watchedBackoff
    deadlines.set(now.instant + timing.watchedBackoff, for: .retry(name))
  }

  /// Sends what waits, unless a transaction is under way: then it follows that.
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
    let order = Transaction.Order(epoch: peer.ourEpoch, number: nextNumber(for: name, now))
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
    if contents.isReminder { peers[name]?.awaitsAnswer = true }
    post(outbound, &step)
  }

  /// An attempt with the long timeout holds up something urgent: it is given up after a watchdog's patience.
  private mutating func hurry(
    _ inFlight: PeerState.InFlight, _ name: ServerName, _ rules: inout PresenceRules, _ now: Moment,
    _ step: inout Step
  ) {
    guard !inFlight.isWaiting, peers[name]?.queue.isEmpty == false else { return }
    let end = inFlight.since + timing.watchedTimeout
    if now.instant >= end {
      fail(inFlight.outbound, because: .noAnswer, &rules, now, &step)
    } else {
      armFlush(name, end)
    }
  }

  mutating func post(_ outbound: OutboundTransaction, _ step: inout Step) {
    peers[outbound.peer]?.tally[outbound.cause, default: 0] += 1
    step.federation.append(.send(outbound))
  }

  private func cause(of contents: PeerState.Contents, _ peer: PeerState) -> MessageCause {
    let isStanding =
      peer.watchedByThem.isEmpty && peer.watchedByUs.values.allSatisfy { $0.observers.isEmpty }
      && peer.watchedByUs.values.contains { !$0.relationship.isEmpty }
    if contents.isReminder { return isStanding ? .relationship : .reminder }
    if !contents.asksNothing || contents.isGreeting { return isStanding ? .relationship : .subscribe }
    if contents.isAnswer { return .answer }
    return contents.messages.isEmpty ? .push : .list
  }
}
