internal import MatrixWire
internal import PorchlightSDK
internal import Ports
internal import Screen

extension Model {
  /// Takes a turn of the event stream.
  mutating func take(_ step: SyncStep, at now: Moment) {
    switch step {
    case .interrupted(let error, let retryAt):
      connection = .interrupted(error, retryAt: retryAt)
      isCatchingUp = true
      isAskingVersions = false
    case .answer(let answer, let isComplete):
      let isNews = !isCatchingUp && !isComplete
      connection = .live
      lastHeard = now.instant
      isCatchingUp = false
      let news = roster.apply(answer, isComplete: isComplete, at: now.instant)
      own.heard(roster.own)
      ageChanges()
      for change in news {
        confirm(change)
        if isNews { tell(change, at: now) }
      }
      if !news.isEmpty { arrangement.follow(roster, isCalm: isCalm(at: now.instant)) }
    }
  }

  /// Tries to reach the server now rather than when the back-off says.
  mutating func reconnect() -> [Intent] {
    if case .interrupted(let error, _) = connection, let lastKey {
      connection = .interrupted(error, retryAt: lastKey)
    } else {
      notice = Notice("asking the server anew")
    }
    return [.reconnect]
  }

  /// What the server can do is asked once, after the first answer, so that no first picture waits for it.
  mutating func askVersions() -> [Intent] {
    guard connection == .live, hasPresenceLists == nil, !isAskingVersions else { return [] }
    isAskingVersions = true
    return [.askVersions]
  }

  /// What became of a change to the lists; it stays pending until the stream confirms it.
  mutating func take(_ error: SDKError?, to change: ListChange) {
    guard let error else {
      changes[change]?.answers = 0
      return
    }
    changes[change] = nil
    switch error.code {
    case .cancelled: break
    case .loggedOut: end(error)
    default:
      let reason = SafeText(untrusted: error.message)
      notice = Notice("\(change.userID.rawValue): " + reason, .error)
    }
  }

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
    case .added(let contact): changes[.invite(contact.userID)] = nil
    case .removed(let contact, _): changes[.drop(contact.userID)] = nil
    case .inviteGone(let invite, _):
      changes[.accept(invite.observer)] = nil
      changes[.deny(invite.observer)] = nil
    case .changed, .invited, .own: break
    }
  }

  private mutating func tell(_ change: RosterChange, at now: Moment) {
    switch change {
    case .added(let contact):
      highlight(.contact(contact.userID), at: now)
      let pending = contact.relation == .pending
      tell(
        contact.userID, pending ? "you asked to see \(contact.name)" : "\(contact.name) is on your list", now)
    case .changed(let old, let new): tell(from: old, to: new, at: now)
    case .removed(let contact, let state): tell(contact.userID, Self.farewell(contact, state), now)
    case .invited(let invite):
      highlight(.invite(invite.observer), at: now)
      tell(invite.observer, "\(Person(invite).name) wants to see you", now)
    case .inviteGone(let invite, let state):
      guard let text = Self.settlement(Person(invite).name, state) else { return }
      tell(invite.observer, text, now)
    case .own: break
    }
  }

  private mutating func tell(_ user: UserID, _ text: String, _ now: Moment) {
    feed.add(.told(user, text), at: now)
  }

  private mutating func tell(from old: Contact, to new: Contact, at now: Moment) {
    let before = Person(old)
    let after = Person(new)
    if before.name != after.name || before.displayState != after.displayState || before.remark != after.remark
    {
      highlight(after.row, at: now)
    }
    if old.relation == .pending, new.relation == .accepted {
      tell(new.userID, "\(new.name) accepted your invite", now)
    }
    // The first state that is heard of a contact is not a change.
    guard before.displayState != .unknown || old.unknownReason == .unreachable else { return }
    if let movement = Feed.Movement(from: before.displayState, to: after.displayState) {
      feed.add(.moved(new.userID, name: new.name, movement), at: now)
    }
    // Who goes takes the text along, and who comes brings it back; neither is said twice.
    let isThere = [before, after].allSatisfy { ![.offline, .unknown].contains($0.displayState) }
    if isThere, old.statusText != new.statusText {
      feed.add(.wrote(new.userID, name: new.name, text: new.statusText), at: now)
    }
  }

  private mutating func highlight(_ row: RowID, at now: Moment) {
    highlights[row] = now.instant + UITiming.highlight
  }

  private static func farewell(_ contact: Contact, _ state: ListState) -> String {
    switch state {
    case .denied: "\(contact.name) does not share presence with you"
    case .revoked: "\(contact.name) took back their permission"
    case .pending, .accepted, .dropped:
      contact.relation == .pending
        ? "you took back your invite to \(contact.name)" : "you removed \(contact.name)"
    }
  }

  private static func settlement(_ name: String, _ state: InviteState) -> String? {
    switch state {
    case .accepted: "you accepted \(name)"
    case .denied: "you denied \(name)"
    case .withdrawn: "\(name) does not ask any more"
    case .pending, .revoked: nil
    }
  }
}
