internal import MatrixWire
internal import PorchlightSDK
internal import Ports
internal import Screen

/// Takes a message into the model and says what is to be done about it, in order.
///
/// The only place where the model changes. No clock, no waiting: the time is the message's.
func reduce(_ model: inout Model, _ message: Message) -> [Intent] {
  let now = message.at
  let before = model.list.lines.selected
  let delayed = model.takeDelayedPress(at: now.instant)
  var intents: [Intent] = []
  switch message.event {
  case .input(let input):
    // No look at the clock first: a key that comes with the deadline still is activity.
    intents = model.handle(input, at: now)
  case .roster(let step):
    intents = model.own.passTime(to: now.instant)
    intents += model.handle(step, at: now, isSilent: intents.isEmpty)
  case .publishing(let outcome):
    intents = model.own.passTime(to: now.instant)
    let notice = model.own.handle(outcome, isSettled: model.server.traits.tellsStatusItself)
    if let notice { model.notices.show(notice) }
    if case .loggedOut(let error) = outcome { model.end(error) }
  case .answered(let change, let error):
    intents = model.own.passTime(to: now.instant)
    model.handle(error, of: change)
  case .renamed(let name, let error):
    intents = model.own.passTime(to: now.instant)
    model.handle(error, ofName: name)
  case .versions(let versions):
    intents = model.own.passTime(to: now.instant)
    model.server.handle(versions)
  case .presenceSharing(let rule):
    intents = model.own.passTime(to: now.instant)
    model.list.follow(rule, isCalm: model.isCalm(at: now.instant))
  case .loggedOut(let error):
    model.end(error)
  case .tick:
    intents = model.own.passTime(to: now.instant)
  }
  model.reconcile(at: now.instant, before: before)
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

  /// Handles a turn of the roster's source.
  ///
  /// - Parameters:
  ///   - step: what it brought.
  ///   - now: when.
  ///   - isSilent: whether this message has nothing to tell the server yet.
  /// - Returns: what is to be done about it.
  fileprivate mutating func handle(_ step: RosterStep, at now: Moment, isSilent: Bool) -> [Intent] {
    switch step {
    case .settled(let traits):
      server.settle(traits)
      return []
    case .interrupted(let error, let retryAt):
      server.interrupted(error, retryAt: retryAt)
      return []
    case .update(let update):
      let wasInterrupted = server.connection.isInterrupted
      let isNews = server.answered(isComplete: update.isComplete, at: now.instant)
      let changes = list.apply(update, isCalm: isCalm(at: now.instant), at: now.instant)
      own.status.received(echo)
      own.name.received(echo)
      for change in changes where isNews {
        list.highlight(change, at: now.instant)
        feed.add(change, at: now)
        // Elsewhere who is taken off the list keeps a permission.
        if case .removed(let contact, .dropped) = change, server.traits.contacts == .rooms {
          tellWhoStillSees(contact.userID)
        }
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
  fileprivate mutating func handle(_ error: SDKError?, of change: ContactChange) {
    guard let error else {
      list.accepted(change)
      undoHistory.succeeded(change)
      // By rooms it is a removal, which the stream tells.
      if case .revoke(let user) = change, server.traits.contacts == .lists, !tellWhoStillSees(user) {
        notices.show(Notice(SafeText(untrusted: user.rawValue) + " does not see you any more"))
      }
      return
    }
    list.refused(change)
    undoHistory.failed(change, isWorthAnotherTry: error.isTransient)
    report(error, of: SafeText(untrusted: change.userID.rawValue))
  }

  /// Who is taken off the list, or loses a permission, sees the user for as long as they share a room.
  ///
  /// - Returns: whether they do.
  @discardableResult
  private mutating func tellWhoStillSees(_ user: UserID) -> Bool {
    let rooms = list.roster.rooms
    let names = rooms.rooms(with: user).filter { rooms.sharesPresence($0) }.map { room in
      let name = SafeText(untrusted: room.name)
      return name.isEmpty ? SafeText(untrusted: room.roomID.rawValue) : name
    }
    guard let first = names.first else { return false }
    let more: SafeText = names.count > 1 ? " and \(names.count - 1) more" : .empty
    notices.show(Notice(SafeText(untrusted: user.rawValue) + " still sees you in " + first + more))
    return true
  }

  /// What became of the wanted name; nothing is kept of it, so that it is told either way.
  fileprivate mutating func handle(_ error: SDKError?, ofName name: String) {
    own.name.answered(isTaken: error == nil)
    if let error {
      report(error, of: "name not changed")
    } else {
      notices.show(
        Notice(name.isEmpty ? "your name is cleared" : "others see you as " + SafeText(untrusted: name)))
    }
  }

  private mutating func report(_ error: SDKError, of what: SafeText) {
    switch error.code {
    case .cancelled: break
    case .loggedOut: end(error)
    default: notices.show(Notice(what + ": " + SafeText(untrusted: error.message), .error))
    }
  }

  /// Brings in order what follows from the rest: what has run out, the rows, the selection, the window.
  fileprivate mutating func reconcile(at now: Instant, before: Int?) {
    list.endHighlights(at: now)
    notices.reconcile(at: now) { list.changes[$0] != nil }
    if !isCalm(at: now) { list.settle() }
    // A menu or a confirmation about a user who is gone goes too.
    layers.closeOrphans { list.roster.person($0) == nil }
    list.keepPlace(before: before, height: plan.list.rows, isCalm: isCalm(at: now))
  }
}
