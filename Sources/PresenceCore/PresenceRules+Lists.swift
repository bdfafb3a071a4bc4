public import MatrixWire
public import Ports

/// Lists and consent (Protocol 3.6, E3, 6.5). `owner` and `observer` are the one who watches, `observed` the
/// one who is watched.
extension PresenceRules {
  // MARK: Decide, then apply

  /// Decides what a command does. Repeating one changes nothing, and one that cannot be done says why (`refusal`):
  /// `M_INVALID_PARAM` for an invite to oneself, `M_TOO_LARGE` where the list is full, too many have not answered, or
  /// groups are too many or too long, `…_NOT_INVITED` for the answer to an invite that is not there.
  ///
  /// A name without an account looks exactly like a user who does not answer: pending, until it lapses.
  ///
  /// - Parameters:
  ///   - command: what a user asks for.
  ///   - user: that user.
  ///   - earlier: decisions that will be applied before this one.
  ///   - now: the time.
  /// - Returns: what it does, if anything.
  public func decide(
    _ command: ListCommand, by user: UserID, after earlier: [ListDecision] = [], now: Moment
  ) -> ListDecision {
    decide(command.relation(of: user), after: earlier, now: now) { decider in
      switch command {
      case .invite: decider.invite()
      case .drop: decider.drop()
      case .accept: decider.accept()
      case .deny: decider.deny()
      case .revoke: decider.revoke()
      case .setGroups(let groups, _): decider.setGroups(groups)
      }
    }
  }

  func decide(
    _ relation: Relation, after earlier: [ListDecision], now: Moment,
    _ step: (inout ListDecider) -> Void
  ) -> ListDecision {
    var decider = ListDecider(relation, on: self, after: earlier, now: now)
    step(&decider)
    return decider.decision
  }

  /// Whether all that a decision was made of still holds. Decisions that it comes after have to be applied by now.
  public func isCurrent(_ decision: ListDecision) -> Bool {
    let relation = decision.relation
    guard lists.relationship(of: relation.owner, for: relation.observed) == decision.before,
      pauses[relation] == decision.pauseBefore
    else { return false }
    let decider = ListDecider(relation, on: self, after: [], now: decision.decidedAt)
    return decision.findings.allSatisfy { decider.holds($0.fact) == $0.holds }
  }

  /// Makes a decision true.
  ///
  /// - Returns: its effects.
  public mutating func apply(_ decision: ListDecision) -> [PresenceEffect] {
    let (relation, now) = (decision.relation, decision.decidedAt.instant)
    if decision.after != decision.before {
      lists.set(decision.after, of: relation.owner, for: relation.observed)
      if let entry = decision.after.entry {
        lastEntry = max(lastEntry, entry.order)
      } else if decision.before.entry != nil {
        forgetUnlisted(relation.observed)
      }
    }
    pauses[relation] = decision.pause
    if let step = decision.throttled { apply(step, to: relation, now) }
    for change in decision.deadlines { deadlines.set(change.instant, for: change.deadline) }
    if decision.endsInvite { deliverNext(to: relation.observed, besides: relation.owner, now) }
    return decision.effects
  }

  private mutating func apply(
    _ step: InviteThrottle.Step, to relation: Relation, _ now: Instant
  ) {
    switch step {
    case .postpone(let message): inviteThrottle.postpone(message)
    case .begin(let message, let isCounted, let isOfUnknownPeer):
      guard inviteThrottle.begin(message, isCounted: isCounted, isOfUnknownPeer: isOfUnknownPeer) else {
        return
      }
      deadlines.set(now + .seconds(3600), for: .counted(relation.owner.server, relation.observed))
    case .takeBack: inviteThrottle.takeBack(relation)
    }
  }

  /// Nothing is kept of users who are on no list.
  private mutating func forgetUnlisted(_ user: UserID) {
    if lists.relations(with: user.server).isEmpty { silentPeers.remove(user.server) }
    if lists.audience(of: user).isEmpty { remotePeople[user] = nil }
  }

  /// An invite was answered or taken back. Where local invites found no room, the oldest of them is delivered.
  private mutating func deliverNext(to observed: UserID, besides observer: UserID, _ now: Instant) {
    let owners = lists.owners(waitingFor: observed)
    let count = lists.inviteCount(for: observed, from: server)
    guard count < limits.waitingLocalInvites, owners.count > count else { return }
    let asked = lists.invites(for: observed)
    let next =
      owners.filter { asked[$0] == nil && $0 != observer && !isWaitingToAsk(observed, $0) }
      .min { (order(of: $0, observed), $0) < (order(of: $1, observed), $1) }
    guard let next else { return }
    pauses[.init(owner: next, observed: observed)] = .inviteWaits
    deadlines.set(now, for: .delivery(owner: next, observed: observed))
  }

  private func order(of owner: UserID, _ observed: UserID) -> UInt64 {
    lists.entry(of: owner, for: observed)?.order ?? .max
  }

  /// Whether an invite is about to be delivered, at its deadline.
  private func isWaitingToAsk(_ observed: UserID, _ owner: UserID) -> Bool {
    pauses[.init(owner: owner, observed: observed)] == .inviteWaits
  }

  // MARK: At once

  /// Decides and applies at once, where nothing has to be stored in between; the same for the next five.
  ///
  /// - Throws: why it cannot be done.
  public mutating func invite(
    _ observed: UserID, by owner: UserID, now: Moment
  ) throws(MatrixError) -> [PresenceEffect] { try change(.invite(observed), by: owner, now: now) }

  public mutating func accept(
    _ observer: UserID, by observed: UserID, now: Moment
  ) throws(MatrixError) -> [PresenceEffect] { try change(.accept(observer), by: observed, now: now) }

  public mutating func deny(
    _ observer: UserID, by observed: UserID, now: Moment
  ) throws(MatrixError) -> [PresenceEffect] { try change(.deny(observer), by: observed, now: now) }

  public mutating func setGroups(
    _ groups: [String], of observed: UserID, by owner: UserID, now: Moment
  ) throws(MatrixError) -> [PresenceEffect] {
    try change(.setGroups(groups, of: observed), by: owner, now: now)
  }

  public mutating func drop(_ observed: UserID, by owner: UserID, now: Moment) -> [PresenceEffect] {
    apply(decide(.drop(observed), by: owner, now: now))
  }

  public mutating func revoke(_ observer: UserID, by observed: UserID, now: Moment) -> [PresenceEffect] {
    apply(decide(.revoke(observer), by: observed, now: now))
  }

  private mutating func change(
    _ command: ListCommand, by user: UserID, now: Moment
  ) throws(MatrixError) -> [PresenceEffect] {
    let decision = decide(command, by: user, now: now)
    if let refusal = decision.refusal { throw refusal }
    return apply(decision)
  }

  // MARK: Unasked

  /// A step that nobody asked for.
  mutating func step(
    _ owner: UserID, _ observed: UserID, _ now: Moment, _ step: (inout ListDecider) -> Void
  ) -> [PresenceEffect] {
    apply(decide(.init(owner: owner, observed: observed), after: [], now: now, step))
  }

  /// Delivers every invite that was not delivered yet, after a start.
  public mutating func askWaiting(now: Moment) -> [PresenceEffect] {
    var effects: [PresenceEffect] = []
    for relation in lists.pendingRelations.sorted() {
      effects += step(relation.owner, relation.observed, now) { $0.ask() }
    }
    return effects
  }

  /// Delivers the invites that waited for a user from before they registered. Their senders wait on as before, and
  /// learn nothing of it.
  public mutating func askNewcomer(_ user: UserID, now: Moment) -> [PresenceEffect] {
    var effects: [PresenceEffect] = []
    for owner in lists.owners(waitingFor: user).union(lists.invites(for: user).keys).sorted() {
      effects += step(owner, user, now) { $0.askNewcomer() }
    }
    return effects
  }

  // MARK: What others hear

  /// The pending invites of a user to others of this server, for those who were invited.
  public func openInvites(of owner: UserID) -> [PresenceEffect] {
    lists.entries(of: owner).filter { $0.value.state == .pending }.keys.sorted().compactMap { observed in
      lists.invites(for: observed)[owner].map { receivedAt in
        .inviteChanged(
          InviteEvent(
            observer: owner, observed: observed, receivedAt: receivedAt.milliseconds, state: .pending))
      }
    }
  }

  /// Another server does not answer: its users are unknown, with that reason. Returns the owners' entries that look
  /// different now.
  public mutating func peerIsSilent(_ peer: ServerName) -> [PresenceEffect] {
    guard peer != server, silentPeers.insert(peer).inserted else { return [] }
    return entriesChanged(on: peer)
  }

  /// Another server answers again.
  public mutating func peerIsBack(_ peer: ServerName) -> [PresenceEffect] {
    guard silentPeers.remove(peer) != nil else { return [] }
    return entriesChanged(on: peer)
  }

  func isLocal(_ user: UserID) -> Bool { user.server == server }

  private func entriesChanged(on peer: ServerName) -> [PresenceEffect] {
    lists.relations(with: peer).sorted()
      .compactMap { relation in
        lists.entry(of: relation.owner, for: relation.observed).map {
          .listChanged(
            owner: relation.owner,
            ListEvent(userID: relation.observed, state: $0.state, sender: relation.owner))
        }
      }
  }
}
