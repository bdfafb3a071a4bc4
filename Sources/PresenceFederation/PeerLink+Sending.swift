internal import MatrixWire
internal import Ports
internal import PresenceCore

/// What goes out to the peer, and what becomes of it.
extension PeerLink {
  /// What the engine has to do after a failed attempt.
  struct Failure: Sendable {
    /// Whether it counts as silence.
    var isSilence = false
    /// Messages that will never be sent.
    var gone: [ListEDU] = []
  }

  mutating func flush(at instant: Instant, _ agenda: inout Agenda) {
    queue.flush(name, at: instant, &agenda)
  }

  /// Queues a list message, which goes at once.
  ///
  /// - Returns: the messages it replaces.
  mutating func send(_ message: ListEDU, _ agenda: inout Agenda, _ now: Moment) -> [ListEDU] {
    let older = [queue.add(message)].compactMap(\.self) + queue.unpark(message)
    // A message that this one replaces is not tried again.
    if outbound.inFlight?.contents.messages.contains(where: { $0.relation == message.relation }) == true {
      outbound.taint()
    }
    // The observer who was just accepted sees at once what they were accepted for.
    if message.kind == .accept { queue.contents.states.insert(message.observed) }
    flush(at: now.instant, &agenda)
    hasten(&agenda, now)
    return older
  }

  /// Gives up the transaction under way: its contents go under a new number.
  ///
  /// - Returns: the messages that newer ones replace.
  mutating func requeue() -> [ListEDU] {
    guard let contents = outbound.finish() else { return [] }
    return queue.requeue(contents, subscriptions)
  }

  /// A retry waits no longer than a message that must arrive may wait, or a poll that a user waits for.
  mutating func hasten(_ agenda: inout Agenda, _ now: Moment) {
    let timing = agenda.timing
    let soon = now.instant + timing.watchedBackoff
    guard let retryAt = outbound.retryAt, streak.since != nil,
      streak.span(at: now.instant) < timing.longSilence,
      retryAt > soon
    else { return }
    outbound.backOff(until: soon)
    agenda.set(soon, for: .retry(name))
  }

  /// Something urgent waits for an attempt with the long timeout: that is given up after a watchdog's patience.
  ///
  /// - Returns: the attempt, where that is now.
  mutating func hurry(_ agenda: inout Agenda, _ now: Moment) -> OutboundTransaction? {
    guard case .sending(let inFlight) = outbound, !queue.contents.isEmpty else { return nil }
    let end = inFlight.since + agenda.timing.watchedTimeout
    if now.instant >= end { return inFlight.outbound }
    queue.armFlush(name, at: end, &agenda)
    return nil
  }

  /// Why contents are sent.
  func cause(of contents: OutboundContents) -> MessageCause {
    if contents.isReminder { return subscriptions.isStanding ? .relationship : .reminder }
    if !contents.asksNothing || contents.isGreeting {
      return subscriptions.isStanding ? .relationship : .subscribe
    }
    if contents.isAnswer { return .answer }
    return contents.messages.isEmpty ? .push : .list
  }

  // MARK: Outcomes

  /// The transaction under way was answered with 200.
  mutating func delivered(_ agenda: inout Agenda) {
    agenda.set(nil, for: .retry(name))
    outbound.finish()
    streak = FailureStreak()
  }

  /// The peer has heard of a later life of this server: after a start without its memory, on a clock that went back.
  /// Everything is said again, with an epoch above that one.
  ///
  /// - Returns: the messages that newer ones replace.
  mutating func goAhead(of behind: Int64, _ agenda: inout Agenda, _ now: Moment) -> [ListEDU] {
    let isPlausible = behind >= ourEpoch && behind < CanonicalJSON.exactIntegers.upperBound
    let older = requeue()
    queue.changed.formUnion(subscriptions.watchedByThem)
    // A peer that says so again and again is not believed, and has to wait.
    let wait = streak.timesBehind == 0 ? Duration.zero : agenda.timing.watchedBackoff
    streak.wasBehind()
    if isPlausible { ourEpoch = behind + 1 }
    queue.flushAt = nil
    flush(at: now.instant + wait, &agenda)
    return older
  }

  /// An attempt was refused, or not answered in time.
  ///
  /// - Parameters:
  ///   - sent: the attempt.
  ///   - reason: why it failed.
  ///   - isCrowded: whether there are too many peers like this one, from which nothing ever came.
  ///   - agenda: the engine's deadlines.
  ///   - now: the time.
  /// - Returns: nil where the attempt is not the one that runs.
  mutating func failed(
    _ sent: OutboundTransaction, because reason: AttemptFailure, isCrowded: Bool, _ agenda: inout Agenda,
    _ now: Moment
  ) -> Failure? {
    guard let inFlight = outbound.running(sent) else { return nil }
    let contents = inFlight.contents
    let wasUnanswered = streak.unanswered > 0
    let asks = contents.isReminder || !contents.polls.isEmpty
    streak.failed(because: reason, asks: asks, at: now.instant)
    if reason == .refused {
      return Failure(isSilence: asks && wasUnanswered, gone: divide(contents, asks: asks, &agenda, now))
    }
    // The economical watchdog looks closely again (R4).
    if reason == .noAnswer, contents.isReminder { watchdog.shortInterval = agenda.timing.shortInterval }
    let isLong = streak.span(at: now.instant) >= agenda.timing.longSilence
    let isHopeless = streak.failures >= contents.mostAttempts
    if !isSubscribed, contents.messages.isEmpty ? isLong || isHopeless : isHopeless && isUnknown {
      // Nothing is lost: no subscription is left that it would serve.
      outbound.finish()
      if let at = queue.flushAt { queue.armFlush(name, at: max(at, now.instant), &agenda) }
      return Failure(gone: contents.messages)
    }
    let isAwaited =
      inFlight.outbound.timeout <= agenda.timing.watchedTimeout || !queue.contents.polls.isEmpty
    let cap = longestWait(for: contents, isLong: isLong, isCrowded: isCrowded, agenda.timing)
    let until = now.instant + streak.backoff(upTo: cap, &agenda)
    outbound.backOff(until: until)
    agenda.set(until, for: .retry(name))
    return Failure(isSilence: reason == .noAnswer && wasUnanswered && isAwaited)
  }

  /// A user who invites made-up names must not make this server call there all day.
  private func longestWait(
    for contents: OutboundContents, isLong: Bool, isCrowded: Bool, _ timing: FederationTiming
  ) -> Duration {
    if isUnknown, !isSubscribed {
      guard !isLong else { return timing.unknownPeerBackoff }
      return isCrowded ? timing.idleBackoff : timing.watchedBackoff
    }
    let hasStake =
      isSubscribed || contents.isGreeting || !contents.messages.isEmpty || !queue.contents.messages.isEmpty
      || !queue.contents.polls.isEmpty
    return hasStake && !isLong ? timing.watchedBackoff : timing.idleBackoff
  }

  /// The peer will not take this transaction, however often it is sent: its contents go again in smaller parts. What is
  /// refused even by itself is parked, and holds up nothing else.
  private mutating func divide(
    _ contents: OutboundContents, asks: Bool, _ agenda: inout Agenda, _ now: Moment
  ) -> [ListEDU] {
    let timing = agenda.timing
    outbound.finish()
    queue.flushAt = nil
    let next = now.instant + streak.backoff(upTo: timing.watchedBackoff, &agenda)
    var gone: [ListEDU] = []
    if contents.count > 1, queue.parts < OutboundQueue.mostParts {
      queue.parts *= 4
      gone = queue.requeue(contents, subscriptions)
    } else if !contents.messages.isEmpty || isSubscribed {
      var contents = contents
      if isUnknown {
        // The peer never took the invite either.
        gone = contents.messages.filter { $0.kind == .drop }
        contents.messages.removeAll { $0.kind == .drop }
      }
      queue.parked.add(contents)
      let patience = isUnknown ? timing.unknownPeerBackoff : timing.idleBackoff
      let watchful = streak.unanswered > 1 ? timing.watchedBackoff : timing.firstRetry
      agenda.set(now.instant + (asks && isSubscribed ? watchful : patience), for: .parked(name))
    }
    if !queue.isEmpty { flush(at: next, &agenda) }
    return gone.filter { $0.kind != .invite }
  }

  /// What was parked is tried once more.
  ///
  /// - Returns: the messages that newer ones replace.
  mutating func unpark(_ agenda: inout Agenda, _ now: Moment) -> [ListEDU] {
    guard !queue.parked.isEmpty else { return [] }
    let parked = queue.parked
    queue.parked = OutboundContents()
    let older = queue.requeue(parked, subscriptions)
    flush(at: now.instant, &agenda)
    return older
  }
}
