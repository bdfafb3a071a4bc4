internal import MatrixWire
internal import PorchlightSDK
internal import Ports
internal import Screen

/// Takes a message into the model and says what is to be done about it, in order.
///
/// The only place where the model changes. No clock, no waiting: the time is the message's.
func reduce(_ model: inout Model, _ message: Message) -> [Intent] {
  let now = message.at
  let before = model.lines
  let notice = model.notice
  let delayed = model.takeDelayedPress(at: now.instant)
  var intents: [Intent] = []
  switch message.event {
  case .input(let input):
    // No look at the clock first: a key that comes with the deadline still is activity.
    intents = model.take(input, at: now)
  case .sync(let step):
    intents = model.passTime(to: now)
    let wasInterrupted = model.connection.isInterrupted
    model.take(step, at: now)
    if wasInterrupted, intents.isEmpty { intents = model.sayAgain() }
    intents += model.askVersions()
    intents += model.sendKept()
  case .publishing(let outcome):
    intents = model.passTime(to: now)
    model.take(outcome)
  case .answered(let change, let error):
    intents = model.passTime(to: now)
    model.take(error, to: change)
  case .renamed(let name, let error):
    intents = model.passTime(to: now)
    model.take(error, toName: name)
  case .versions(let versions):
    intents = model.passTime(to: now)
    model.hasPresenceLists = versions.hasPresenceLists
  case .loggedOut(let error):
    model.end(error)
  case .tick:
    intents = model.passTime(to: now)
  }
  if model.notice != notice { model.noticeUntil = nil }
  model.settle(at: now.instant, before: before)
  return delayed + intents
}

extension Model {
  /// What the server is told before anything happens: that this device reports by itself, and what it is.
  static let opening: [Intent] = [.reportIdle(since: nil)]

  /// The session is over; what there is to see stays until the next key.
  mutating func end(_ error: SDKError) {
    mode = .ended(error)
    connection = .over
  }

  /// What a server that came back may not know any more: one that crashed has forgotten what devices said of late.
  fileprivate func sayAgain() -> [Intent] {
    guard connection == .live else { return [] }
    if let since = idle.idleSince { return [.reportIdle(since: since)] }
    // Without a word from this device the server would take it for idle after a while.
    return idle.limit == nil ? [.reportIdle(since: nil)] : []
  }

  /// Lets idleness begin.
  fileprivate mutating func passTime(to now: Moment) -> [Intent] {
    guard case .began(let since) = idle.expire(now: now.instant) else { return [] }
    return [.reportIdle(since: since)]
  }

  /// Brings in order what follows from the rest: what has run out, the rows, the selection, the window.
  fileprivate mutating func settle(at now: Instant, before: RosterLines) {
    highlights = highlights.filter { $0.value > now }
    if let until = quitArmedUntil, until <= now {
      quitArmedUntil = nil
      notice = nil
    }
    settleNotice(at: now)
    if arrangement.moved > 0, !isCalm(at: now) { arrangement.follow(roster, isCalm: false) }
    closeOrphans()
    let selectionBefore = selection
    keepSelection(before: before)
    // With no hand on the list, the selected row keeps its line on the screen, as far as the ends allow.
    if !isCalm(at: now), selection == selectionBefore, let old = before.selected, let new = lines.selected {
      scroll += new - old
    }
    scroll = lines.top(near: scroll, height: plan.list.rows)
  }

  private mutating func settleNotice(at now: Instant) {
    // An offer that is not on the screen any more must not be accepted.
    defer { if notice?.kind != .offer { offer = nil } }
    if let change = notice?.change, changes[change] == nil { notice = nil }
    if let noticeUntil, noticeUntil <= now { notice = nil }
    guard let notice, notice.change == nil else {
      noticeUntil = nil
      return
    }
    if noticeUntil == nil { noticeUntil = now + (notice.kind == .offer ? UITiming.offer : UITiming.notice) }
  }

  /// A menu or a question about a user who is gone goes too.
  private mutating func closeOrphans() {
    switch mode {
    case .menu(let menu): if roster.person(menu.row) == nil { mode = .list }
    case .removal(let user): if roster.contact(user) == nil { mode = .list }
    default: break
    }
  }

  private mutating func keepSelection(before: RosterLines) {
    let lines = lines
    guard lines.selected == nil else { return }
    // The selected user moved under a heading that was unfolded, or is gone: stay near.
    if case .heading(let group) = selection, let first = arrangement.rows(in: group).first {
      selection = first
    } else if let place = before.selected {
      selection = lines.nearest(to: place)
    } else {
      selection = lines.choices.first { $0.row.userID != nil }?.row ?? lines.choices.first?.row
    }
  }
}
