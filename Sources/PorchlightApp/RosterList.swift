internal import MatrixWire
internal import PorchlightSDK
internal import Ports

/// The list: who is on it and around, in what order the rows stand, what is selected and folded, and what is waited for.
struct RosterList: Sendable {
  /// A change to the lists, until the stream confirms it.
  struct PendingChange: Hashable, Sendable {
    /// Answers of the stream since the server took it; nil while it has not.
    var answers: Int?
  }

  /// As the server told it.
  private(set) var roster: Roster
  private(set) var order: RowOrder
  /// The groups that the user folded or opened by hand.
  private var chosen: Set<RosterGroup> = []
  var selection: RowID?
  /// The first line on the screen, as far as the selection allows.
  private(set) var scroll = 0
  /// Rows that changed of late, and until when they stand out.
  private(set) var highlights: [RowID: Instant] = [:]
  /// Changes that were asked for and not confirmed by the stream.
  private(set) var changes: [ContactChange: PendingChange] = [:]

  init(userID: UserID) {
    roster = Roster(userID: userID)
    order = RowOrder(
      folded: Set(RosterGroup.allCases.filter { $0.foldsByItself(population: 0, isFolded: false) }))
  }

  /// The groups that are folded, by hand or by themselves.
  var folded: Set<RosterGroup> { order.folded }

  /// Folds a group by hand, or opens it: however many people come into it, it stays so.
  mutating func fold(_ group: RosterGroup, _ isFolded: Bool = true) {
    chosen.insert(group)
    order.fold(group, isFolded)
  }

  var lines: RosterLines { RosterLines(order, selection: selection) }

  var selectedPerson: Person? { selection.flatMap { roster.person($0) } }

  /// The change that a row waits for.
  func change(for row: RowID) -> ContactChange? {
    guard let user = row.userID else { return nil }
    let candidates: [ContactChange] =
      row.isInvite
      ? [.accept(user), .deny(user), .ignore(user), .revoke(user)] : [.remove(user), .invite(user)]
    return candidates.first { changes[$0] != nil }
  }

  /// How many people on the list there are in each state, as of now.
  var counts: [DisplayState: Int] { order.listed }
}

// MARK: What the server says

extension RosterList {
  /// Applies an update. While it is calm, rows keep their places.
  ///
  /// - Returns: what changed, in order.
  mutating func apply(_ update: RosterUpdate, isCalm: Bool, at now: Instant) -> [RosterChange] {
    let news = roster.apply(update, at: now)
    ageChanges()
    for change in news { confirm(change) }
    follow(news, isCalm: isCalm)
    return news
  }

  /// Takes what the server says about presence in rooms.
  mutating func follow(_ rule: PresenceSharingRule, isCalm: Bool) {
    follow(roster.follow(rule), isCalm: isCalm)
  }

  private mutating func follow(_ news: [RosterChange], isCalm: Bool) {
    let shown = order.population
    order.follow(roster, news, isCalm: isCalm)
    // Where nobody stood nothing can jump.
    for group in unsettled where shown[group] == nil { order.fold(group, !folded.contains(group)) }
  }

  /// Waits for a change from now on, until the stream confirms it.
  ///
  /// - Returns: false if the row waits for one already.
  mutating func request(_ change: ContactChange) -> Bool {
    guard self.change(for: change.row(of: roster.account)) == nil else { return false }
    changes[change] = PendingChange()
    return true
  }

  /// The server took the change; it stays pending until the stream confirms it, as far as the stream tells of it.
  mutating func accepted(_ change: ContactChange) {
    if case .revoke = change { changes[change] = nil } else { changes[change]?.answers = 0 }
  }

  /// The server did not take it.
  mutating func refused(_ change: ContactChange) { changes[change] = nil }

  /// The poll that was under way when the server agreed may not know it yet. The one after that does, and
  /// if it said nothing, there was nothing to change.
  private mutating func ageChanges() {
    for (change, state) in changes {
      guard let answers = state.answers else { continue }
      changes[change] = answers > 0 ? nil : PendingChange(answers: answers + 1)
    }
  }

  private mutating func confirm(_ change: RosterChange) {
    switch change {
    case .added(let contact), .changed(_, let contact):
      // Who is on the list cannot be asked any more.
      if contact.relation != nil { changes[.invite(contact.userID)] = nil }
    case .removed(let contact, _): changes[.remove(contact.userID)] = nil
    case .inviteGone(let invite, _):
      changes[.accept(invite.observer)] = nil
      changes[.deny(invite.observer)] = nil
      changes[.ignore(invite.observer)] = nil
    case .left, .invited, .own: break
    }
  }

  /// Has the row stand out whose looks the change altered.
  mutating func highlight(_ change: RosterChange, at now: Instant) {
    let account = roster.account
    let row: RowID? =
      switch change {
      case .added(let contact): .contact(contact.userID, of: account)
      case .invited(let invite): .invite(invite.observer, of: account)
      case .changed(let old, let new):
        Person(old, of: account).looksLike(Person(new, of: account)) ? nil : .contact(new.userID, of: account)
      case .removed, .left, .inviteGone, .own: nil
      }
    if let row { highlights[row] = now + UITiming.highlight }
  }
}

extension Person {
  fileprivate func looksLike(_ other: Person) -> Bool {
    name == other.name && displayState == other.displayState && remark == other.remark && group == other.group
  }
}

// MARK: What follows

extension RosterList {
  mutating func endHighlights(at now: Instant) { highlights = highlights.filter { $0.value > now } }

  /// Moves the rows that wait to be moved, and folds and opens groups by how many people are in them.
  mutating func settle() {
    order.settle()
    for group in unsettled { order.fold(group, !folded.contains(group)) }
  }

  /// Whether nothing on the screen waits to be moved, folded or opened.
  var isSettled: Bool { order.isSettled && unsettled.isEmpty }

  /// The groups that fold or open by themselves when the rows settle: not those that the user folded or opened, nor the one
  /// the user is in.
  private var unsettled: [RosterGroup] {
    let group = selection.flatMap { order.group(of: $0) }
    return RosterGroup.allCases.filter {
      let isFolded = folded.contains($0)
      return $0 != group && !chosen.contains($0)
        && $0.foldsByItself(population: order.population[$0] ?? 0, isFolded: isFolded) != isFolded
    }
  }

  /// Keeps something selected, and that on the screen.
  ///
  /// - Parameters:
  ///   - before: the line of the selected row before what happened.
  ///   - height: how many lines the screen shows.
  ///   - isCalm: whether the user moves in the list; otherwise the selected row keeps its line on the screen, as far as
  ///     the ends allow.
  mutating func keepPlace(before: Int?, height: Int, isCalm: Bool) {
    let selectionBefore = selection
    keepSelection(before: before)
    if !isCalm, selection == selectionBefore, let before, let now = lines.selected { scroll += now - before }
    scroll = lines.top(near: scroll, height: height)
  }

  private mutating func keepSelection(before: Int?) {
    let lines = lines
    guard lines.selected == nil else { return }
    // The selected user moved under a heading that was unfolded, or is gone: stay near.
    if case .heading(let group) = selection, let first = order.rows(in: group).first {
      selection = first
    } else if let before {
      selection = lines.nearest(to: before)
    } else {
      selection = lines.first
    }
  }
}
