internal import MatrixWire
internal import PorchlightSDK
internal import Ports
internal import Screen

/// Takes a message into the model and says what is to be done about it, in order.
///
/// The only place where the model changes. No clock, no waiting: the time is the message's.
func reduce(_ model: inout Model, _ message: Message) -> [Intent] {
  let now = message.at
  let before = model.list.lines
  let delayed = model.takeDelayedPress(at: now.instant)
  var intents: [Intent] = []
  switch message.event {
  case .input(let input):
    // No look at the clock first: a key that comes with the deadline still is activity.
    intents = model.take(input, at: now)
  case .roster(let step):
    intents = model.own.passTime(to: now.instant)
    intents += model.take(step, at: now, isSilent: intents.isEmpty)
  case .publishing(let outcome):
    intents = model.own.passTime(to: now.instant)
    if let notice = model.own.take(outcome) { model.notices.show(notice) }
    if case .loggedOut(let error) = outcome { model.end(error) }
  case .answered(let change, let error):
    intents = model.own.passTime(to: now.instant)
    model.take(error, to: change)
  case .renamed(let name, let error):
    intents = model.own.passTime(to: now.instant)
    model.take(error, toName: name)
  case .versions(let versions):
    intents = model.own.passTime(to: now.instant)
    model.server.take(versions)
  case .loggedOut(let error):
    model.end(error)
  case .tick:
    intents = model.own.passTime(to: now.instant)
  }
  model.settle(at: now.instant, before: before)
  return delayed + intents
}

extension Model {
  /// What the server is told before anything happens: that this device reports by itself, and what it is.
  static let opening: [Intent] = [.reportIdle(since: nil)]

  /// The session is over; what there is to see stays until the next key.
  mutating func end(_ error: SDKError) {
    layers.end(error)
    server.end()
  }

  /// Takes a turn of the roster's source.
  ///
  /// - Parameters:
  ///   - step: what it brought.
  ///   - now: when.
  ///   - isSilent: whether this message has nothing to tell the server yet.
  /// - Returns: what is to be done about it.
  fileprivate mutating func take(_ step: RosterStep, at now: Moment, isSilent: Bool) -> [Intent] {
    switch step {
    case .interrupted(let error, let retryAt):
      server.interrupted(error, retryAt: retryAt)
      return []
    case .update(let events, let isComplete):
      let wasInterrupted = server.connection.isInterrupted
      let isNews = server.answered(isComplete: isComplete, at: now.instant)
      let changes = list.take(
        events, isComplete: isComplete, isCalm: isCalm(at: now.instant), at: now.instant)
      own.status.heard(echo)
      for change in changes where isNews {
        list.highlight(change, at: now.instant)
        feed.tell(change, at: now)
      }
      return (wasInterrupted && isSilent ? own.reportAgain() : []) + server.askVersions() + sendKept()
    }
  }

  private mutating func sendKept() -> [Intent] {
    guard let (intents, notice) = own.sendKept(echo) else { return [] }
    notices.show(notice)
    return intents
  }

  /// What became of a change to the lists; it stays pending until the stream confirms it.
  fileprivate mutating func take(_ error: SDKError?, to change: ListChange) {
    guard let error else {
      list.accepted(change)
      return
    }
    list.refused(change)
    tell(error, SafeText(untrusted: change.userID.rawValue))
  }

  /// What became of the wanted name; nothing is kept of it, so that it is told either way.
  fileprivate mutating func take(_ error: SDKError?, toName name: String) {
    if let error {
      tell(error, "name not changed")
    } else {
      notices.show(
        Notice(name.isEmpty ? "your name is cleared" : "others see you as " + SafeText(untrusted: name)))
    }
  }

  private mutating func tell(_ error: SDKError, _ what: SafeText) {
    switch error.code {
    case .cancelled: break
    case .loggedOut: end(error)
    default: notices.show(Notice(what + ": " + SafeText(untrusted: error.message), .error))
    }
  }

  /// Brings in order what follows from the rest: what has run out, the rows, the selection, the window.
  fileprivate mutating func settle(at now: Instant, before: RosterLines) {
    list.endHighlights(at: now)
    notices.settle(at: now) { list.changes[$0] != nil }
    if !isCalm(at: now) { list.reorder() }
    // A menu or a question about a user who is gone goes too.
    layers.closeOrphans { list.roster.person($0) == nil }
    list.keepPlace(before: before, height: plan.list.rows, isCalm: isCalm(at: now))
  }
}
