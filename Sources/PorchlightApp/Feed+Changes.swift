internal import MatrixWire
internal import PorchlightSDK
internal import Ports

extension Feed {
  /// Tells what the stream brought, of those on the list and those who ask. What others do in the same rooms is no news.
  mutating func add(_ change: RosterChange, at now: Moment) {
    switch change {
    case .added(let contact): addNew(contact, at: now)
    case .changed(let old, let new) where old.relation == nil: addNew(new, at: now)
    case .changed(let old, let new): addDifference(from: old, to: new, at: now)
    case .removed(let contact, let state): add(contact.userID, Self.farewell(contact, state), now)
    case .invited(let invite): add(invite.observer, "\(invite.nameOrAddress) wants to see you", now)
    case .inviteGone(let invite, let state):
      guard let text = Self.settlement(invite.nameOrAddress, state) else { return }
      add(invite.observer, text, now)
    case .left, .own: break
    }
  }

  private mutating func addNew(_ contact: Contact, at now: Moment) {
    guard let relation = contact.relation else { return }
    let isAsked = relation == .pending
    add(contact.userID, isAsked ? "you asked to see \(contact.name)" : "\(contact.name) is on your list", now)
  }

  private mutating func add(_ user: UserID, _ text: String, _ now: Moment) {
    add(.told(user, text), at: now)
  }

  private mutating func addDifference(from old: Contact, to new: Contact, at now: Moment) {
    let before = DisplayState(seen: old.state)
    let after = DisplayState(seen: new.state)
    if old.relation == .pending, new.relation == .accepted {
      add(new.userID, "\(new.name) accepted your invite", now)
    }
    // The first state that is heard of a contact is not a change.
    guard before != .unknown || old.unknownReason == .unreachable else { return }
    if let movement = Feed.Movement(from: before, to: after) {
      add(.moved(new.userID, name: new.name, movement), at: now)
    }
    // Who goes takes the text along, and who comes brings it back; neither is said twice.
    let isThere = [before, after].allSatisfy { ![.offline, .unknown].contains($0) }
    if isThere, old.statusText != new.statusText {
      add(.wrote(new.userID, name: new.name, text: new.statusText), at: now)
    }
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
