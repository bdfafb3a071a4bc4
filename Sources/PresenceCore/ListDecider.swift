internal import MatrixWire
internal import Ports

/// Decides one step in the relation of an owner and an observed user, on rules that it only reads.
///
/// It reads that relation and the one the other way, and otherwise only counts. It writes that relation alone.
struct ListDecider {
  let rules: PresenceRules
  /// Decisions that will be applied before this one.
  let earlier: [ListDecision]
  let now: Moment
  var decision: ListDecision

  init(
    _ relation: Relation, on rules: PresenceRules, after earlier: [ListDecision], now: Moment
  ) {
    (self.rules, self.earlier, self.now) = (rules, earlier, now)
    let last = earlier.last { $0.relation == relation }
    decision = ListDecision(
      relation,
      last?.after ?? rules.lists.relationship(of: relation.owner, for: relation.observed),
      pause: last.map(\.pause) ?? rules.pauses[relation], decidedAt: now)
  }

  var owner: UserID { decision.relation.owner }
  var observed: UserID { decision.relation.observed }
  var entry: PresenceLists.Entry? { decision.after.entry }
  var limits: PresenceLimits { rules.limits }

  // MARK: Commands

  mutating func invite() {
    guard owner != observed else {
      return refuse(.invalidParameter, "You always see yourself; there is nobody to ask.")
    }
    guard rules.isLocal(observed) || rules.meetsOthers else {
      return refuse(.forbidden, "This server meets no others; \(observed) cannot be asked.")
    }
    if let entry {
      if entry.state == .pending { ask() }
      return
    }
    guard entryCount < limits.listEntries else {
      return refuse(.tooLarge, "Your list is full (\(limits.listEntries) people).")
    }
    guard pendingCount < limits.pendingEntries else {
      return refuse(
        .tooLarge,
        "\(limits.pendingEntries) people you asked have not answered yet. Take some off your list to ask others."
      )
    }
    decision.after.entry = .init(state: .pending, order: nextOrder, invitedAt: now.wall)
    arm(.invite(owner: owner, observed: observed), at: now.instant + limits.inviteLifetime)
    changeList(.pending, sender: owner)
    ask()
  }

  mutating func drop() {
    guard entry != nil else { return }
    removeEntry()
    changeList(.dropped, sender: owner)
    guard rules.isLocal(observed) else {
      decision.effects.append(
        .sendToPeer(observed.server, ListEDU(.drop, observer: owner, observed: observed)))
      return
    }
    withdraw()
  }

  mutating func accept() {
    guard let receivedAt = pendingInvite() else { return }
    admit(receivedAt: receivedAt)
  }

  mutating func deny() {
    guard let receivedAt = pendingInvite() else { return }
    endInvite()
    changeInvite(receivedAt, .denied)
    refuseOwner(.denied)
  }

  mutating func revoke() {
    guard decision.after.isAllowed else { return }
    decision.after.isAllowed = false
    changeInvite(now.wall, .revoked)
    refuseOwner(.revoked)
  }

  mutating func setGroups(_ groups: [String]) {
    guard groups.count <= limits.groups, groups.allSatisfy({ $0.utf8.count <= limits.groupBytes }) else {
      return refuse(.tooLarge, "At most \(limits.groups) groups of \(limits.groupBytes) bytes.")
    }
    guard let entry, !entry.groups.hasBytes(of: groups) else { return }
    decision.after.entry?.groups = groups
    changeList(entry.state, sender: owner)
  }
}
