internal import MatrixWire
internal import Ports

/// What commands, messages and deadlines have in common.
extension ListDecider {
  // MARK: Invites

  /// Delivers an invite, at most once per `inviteRepeat`, whatever became of the one before: a user who takes an
  /// invite back and makes it again must not fill a screen. Within the span the invite waits. It is counted at the
  /// sender's side, so that it says nothing about whether the invited user exists.
  mutating func ask() {
    // Where no one is asked, no screen is filled.
    if isAdmittedUnasked() { return deliverInvite() }
    guard decision.pause == nil else {
      decision.pause = .inviteWaits
      return
    }
    decision.pause = .nothingWaits
    arm(.delivery(owner: owner, observed: observed), at: now.instant + limits.inviteRepeat)
    deliverInvite()
  }

  /// The span has passed: a waiting invite is delivered, if its entry is still pending.
  mutating func askAgain() {
    let isWaiting = decision.pause == .inviteWaits
    decision.pause = nil
    guard isWaiting, entry?.state == .pending else { return }
    ask()
  }

  /// Delivers an invite that waited from before the observed user registered, at once: it filled no screen until now.
  mutating func askNewcomer() {
    if decision.pause != nil { decision.pause = .nothingWaits }
    guard let receivedAt = decision.after.askedAt else { return deliverInvite() }
    if isAdmittedUnasked() { admit(receivedAt: receivedAt) } else { changeInvite(receivedAt, .pending) }
  }

  /// Delivers an invite to a user or a name without an account: both are treated alike, or the time it takes and what
  /// is stored would tell them apart. The later owner of the name finds what waits there.
  mutating func deliverInvite() {
    guard rules.isLocal(observed) else {
      let inviteID = entry?.invitedAt.milliseconds
      decision.effects.append(
        .sendToPeer(
          observed.server, ListEDU(.invite, observer: owner, observed: observed, inviteID: inviteID)))
      return
    }
    guard decision.after.askedAt == nil else { return }
    if isAdmittedUnasked() { return admit(receivedAt: now.wall) }
    // Later invites of local users wait; those of remote ones were counted when they came.
    guard !rules.isLocal(owner) || find(.hasRoomForLocalInvite) else { return }
    decision.after.askedAt = now.wall
    if !rules.isLocal(owner) {
      arm(.received(owner: owner, observed: observed), at: now.instant + limits.inviteLifetime)
    }
    changeInvite(now.wall, .pending)
  }

  private mutating func isAdmittedUnasked() -> Bool {
    guard rules.isLocal(observed) else { return false }
    return decision.after.isAllowed || acceptsUnasked()
  }

  /// A name without an account allows no observer and has an empty list, so it need not be told from a user. Only a user
  /// who accepts every invite shows at once that they exist.
  private mutating func acceptsUnasked() -> Bool {
    switch rules.autoAccept(of: observed) {
    case .never: false
    case .reverse: find(.isWatchedBack)
    case .sharedRoom:
      // Both are asked: a decision is made anew where either changes.
      [find(.isWatchedBack), find(.hasCommonRoom)].contains(true)
    case .always: find(.exists)
    }
  }

  mutating func admit(receivedAt: WallTime) {
    endInvite()
    decision.after.isAllowed = true
    changeInvite(receivedAt, .accepted)
    guard rules.isLocal(owner) else { return notifyOwner(.accept) }
    guard entry != nil else { return }
    acceptEntry()
  }

  // MARK: Ends

  /// The owner left: an invite of theirs, or the permission to see the observed user, ends.
  mutating func withdraw() {
    let receivedAt = decision.after.askedAt
    guard receivedAt != nil || decision.after.isAllowed else { return }
    endInvite()
    decision.after.isAllowed = false
    decision.after.inviteID = nil
    changeInvite(receivedAt ?? WallTime(milliseconds: 0), .withdrawn)
  }

  /// An invite without an answer for 30 days: gone on both sides, as if taken back.
  mutating func lapse() {
    guard entry?.state == .pending else { return }
    drop()
  }

  /// An invite of a remote user without an answer for 30 days: their own server has taken it back, or has forgotten it.
  mutating func lapseReceived() {
    guard let receivedAt = decision.after.askedAt else { return }
    decision.after.askedAt = nil
    decision.after.inviteID = nil
    changeInvite(receivedAt, .withdrawn)
  }

  /// Tells the owner no, and takes the entry off their list.
  mutating func refuseOwner(_ outcome: ListState) {
    guard rules.isLocal(owner) else {
      notifyOwner(.deny)
      if let inviteID = decision.after.inviteID {
        decision.after.declined = inviteID
        decision.after.inviteID = nil
      }
      return
    }
    guard entry != nil else { return }
    removeEntry()
    changeList(outcome, sender: observed)
  }

  mutating func endInvite() {
    decision.after.askedAt = nil
    decision.endsInvite = true
  }

  // MARK: The owner's entry

  mutating func acceptEntry() {
    decision.after.entry?.state = .accepted
    decision.after.entry?.acceptedAt = now.wall
    arm(.invite(owner: owner, observed: observed), at: nil)
    changeList(.accepted, sender: observed)
  }

  mutating func removeEntry() {
    decision.after.entry = nil
    arm(.invite(owner: owner, observed: observed), at: nil)
  }

  // MARK: What follows

  mutating func refuse(_ code: ErrorCode, _ message: String) {
    decision.refusal = MatrixError(code, message)
  }

  mutating func pendingInvite() -> WallTime? {
    if decision.after.askedAt == nil { refuse(.notInvited, "There is no pending invite from \(owner).") }
    return decision.after.askedAt
  }

  mutating func arm(_ deadline: PresenceRules.Deadline, at instant: Instant?) {
    decision.deadlines.append(.init(deadline: deadline, instant: instant))
  }

  mutating func changeList(_ state: ListState, sender: UserID) {
    decision.effects.append(
      .listChanged(owner: owner, ListEvent(userID: observed, state: state, sender: sender)))
  }

  mutating func changeInvite(_ receivedAt: WallTime, _ state: InviteState) {
    decision.effects.append(
      .inviteChanged(
        InviteEvent(
          observer: owner, observed: observed, receivedAt: receivedAt.milliseconds, state: state)))
  }

  /// An answer for a remote user, naming the invite it is to.
  mutating func notifyOwner(_ kind: ListEDU.Kind) {
    decision.effects.append(
      .sendToPeer(
        owner.server,
        ListEDU(kind, observer: owner, observed: observed, inviteID: decision.after.inviteID)))
  }
}
