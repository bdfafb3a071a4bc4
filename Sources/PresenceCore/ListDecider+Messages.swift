internal import MatrixWire
internal import Ports

/// What list messages of other servers do (Protocol 6.5).
extension ListDecider {
  /// What its origin may not say, or what fits nothing here, is ignored: any answer would tell who exists.
  mutating func receive(_ message: ListEDU, from origin: ServerName) {
    switch message.kind {
    case .invite, .drop:
      // Whether the observed user exists makes no difference: the time it takes would tell.
      guard owner.server == origin, rules.isLocal(observed) else { return }
      guard message.kind == .drop else { return receiveInvite(message) }
      decision.throttled = .takeBack
      withdraw()
    case .accept, .deny:
      guard observed.server == origin, rules.isLocal(owner), let entry,
        // An answer to an invite that was taken back and made anew is no answer to the new one.
        message.inviteID ?? entry.invitedAt.milliseconds == entry.invitedAt.milliseconds
      else { return }
      if message.kind == .accept {
        if entry.state == .pending { acceptEntry() }
      } else {
        removeEntry()
        changeList(entry.state == .accepted ? .revoked : .denied, sender: observed)
      }
    }
  }

  /// A remote user sends an invite. Their own server holds them to `inviteRepeat`; where it does not, this one does:
  /// what comes too early waits. And no server takes the places of all others.
  mutating func receiveInvite(_ message: ListEDU) {
    if let inviteID = message.inviteID, inviteID == decision.after.declined { return }
    guard decision.after.askedAt == nil else {
      // It waits already; only its name is new.
      decision.after.inviteID = message.inviteID
      return
    }
    let isAllowed = decision.after.isAllowed
    // Noted at once: a revocation that does not name this invite would be ignored.
    if isAllowed { decision.after.inviteID = message.inviteID }
    guard !find(.isThrottled) else {
      decision.throttled = .postpone(message)
      return
    }
    guard isAllowed || find(.hasRoomForPeer) else { return }
    decision.throttled = .begin(message, isCounted: !isAllowed, isOfUnknownPeer: !find(.isPeerMet))
    arm(.throttled(owner: owner, observed: observed), at: now.instant + limits.inviteRepeat)
    decision.after.inviteID = message.inviteID
    // An observer who is allowed is told so again, and no other.
    if isAllowed { notifyOwner(.accept) } else { deliverInvite() }
  }
}
