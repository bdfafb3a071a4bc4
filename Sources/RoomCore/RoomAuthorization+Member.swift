internal import MatrixWire

/// Rule 4: memberships.
extension RoomAuthorization {
  private typealias Refusal = AuthorizationRefusal

  func checkMember(_ draft: EventDraft) throws(AuthorizationRefusal) {
    guard let key = draft.stateKey, let text = draft.content["membership"] else {
      throw Refusal("4.1", "A membership names a user and what that user is to the room.")
    }
    guard let target = UserID(key) else { throw Refusal("4.1", "'\(key)' is no user.") }
    if let granter = draft.content["join_authorised_via_users_server"] {
      guard granter.text.flatMap({ UserID($0) })?.server == draft.sender.server else {
        throw Refusal("4.2.1", "Who lets a user in is a user of the same server.")
      }
    }
    switch text.text.flatMap({ Membership(rawValue: $0) }) {
    case .join: try checkJoin(draft, target)
    case .invite: try checkInvite(draft, target)
    case .leave: try checkLeave(by: draft.sender, target)
    case .ban: try checkBan(by: draft.sender, target)
    case .knock: try checkKnock(by: draft.sender, target)
    case nil: throw Refusal("4.8", "There is no such membership.")
    }
  }

  private func checkJoin(_ draft: EventDraft, _ target: UserID) throws(AuthorizationRefusal) {
    let sender = draft.sender
    if room.lastEvent == room.createEvent, sender == room.creator, target == sender { return }
    guard sender == target else { throw Refusal("4.3.2", "Users join for themselves.") }
    let current = room.membership(of: sender)
    guard current != .ban else { throw Refusal("4.3.3", "\(sender) is banned from this room.") }
    let isExpected = current == .join || current == .invite
    switch room.joinRule {
    case .everyone: return
    case .invited, .knocking:
      guard isExpected else { throw Refusal("4.3.4", "\(sender) is not invited to this room.") }
    case .restricted, .knockingRestricted:
      guard !isExpected else { return }
      let granter = draft.content["join_authorised_via_users_server"]?.text.flatMap { UserID($0) }
      guard let granter, room.membership(of: granter) == .join, room.powerLevels.may(granter, .invite) else {
        throw Refusal("4.3.5.2", "\(sender) is not invited, and nobody who may invite lets them in.")
      }
    case .unknown:
      throw Refusal("4.3.7", "Nobody may join this room.")
    }
  }

  private func checkInvite(_ draft: EventDraft, _ target: UserID) throws(AuthorizationRefusal) {
    guard draft.content["third_party_invite"] == nil else {
      throw Refusal(
        "4.4.1", "This server takes no invites by e-mail or telephone; invite a user by their ID.")
    }
    guard room.membership(of: draft.sender) == .join else {
      throw Refusal("4.4.2", "\(draft.sender) is not in this room.")
    }
    switch room.membership(of: target) {
    case .join: throw Refusal("4.4.3", "\(target) is in this room already.")
    case .ban: throw Refusal("4.4.3", "\(target) is banned from this room.")
    case .invite, .knock, .leave: break
    }
    guard room.powerLevels.may(draft.sender, .invite) else {
      throw Refusal("4.4.5", "\(draft.sender) may not invite to this room.")
    }
  }

  private func checkLeave(by sender: UserID, _ target: UserID) throws(AuthorizationRefusal) {
    let current = room.membership(of: target)
    if sender == target {
      guard [.invite, .join, .knock].contains(current) else {
        throw Refusal("4.5.1", "\(sender) is not in this room.")
      }
      return
    }
    guard room.membership(of: sender) == .join else {
      throw Refusal("4.5.2", "\(sender) is not in this room.")
    }
    guard current != .ban || room.powerLevels.may(sender, .ban) else {
      throw Refusal("4.5.3", "\(sender) may not unban users of this room.")
    }
    guard room.powerLevels.may(sender, .kick), outranks(sender, target) else {
      throw Refusal("4.5.5", "\(sender) may not remove \(target) from this room.")
    }
  }

  private func checkBan(by sender: UserID, _ target: UserID) throws(AuthorizationRefusal) {
    guard room.membership(of: sender) == .join else {
      throw Refusal("4.6.1", "\(sender) is not in this room.")
    }
    guard room.powerLevels.may(sender, .ban), outranks(sender, target) else {
      throw Refusal("4.6.3", "\(sender) may not ban \(target) from this room.")
    }
  }

  private func checkKnock(by sender: UserID, _ target: UserID) throws(AuthorizationRefusal) {
    guard room.joinRule.takesKnocks else {
      throw Refusal("4.7.1", "One cannot ask to be let into this room.")
    }
    guard sender == target else { throw Refusal("4.7.2", "Users ask for themselves.") }
    guard ![.ban, .invite, .join].contains(room.membership(of: sender)) else {
      throw Refusal("4.7.4", "\(sender) is invited, in this room or banned from it.")
    }
  }

  private func outranks(_ sender: UserID, _ target: UserID) -> Bool {
    room.powerLevels.level(of: sender) > room.powerLevels.level(of: target)
  }
}
