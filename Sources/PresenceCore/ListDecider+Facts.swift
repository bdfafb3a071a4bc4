internal import MatrixWire
internal import RoomCore

/// What a step is decided by beside its own relation. Decisions that come before it count as if they were applied.
extension ListDecider {
  /// Asks for a fact and notes the answer, which has to be the same when the decision is applied.
  mutating func find(_ fact: ListDecision.Fact) -> Bool {
    let holds = holds(fact)
    decision.findings.append(.init(fact: fact, holds: holds))
    return holds
  }

  func holds(_ fact: ListDecision.Fact) -> Bool {
    switch fact {
    case .isWatchedBack: isWatchedBack
    case .hasCommonRoom: !rules.audience.membership.commonRooms(of: owner, observed).isEmpty
    case .exists: rules.exists(observed)
    case .hasRoomForLocalInvite: inviteCount(from: rules.server) < limits.waitingLocalInvites
    case .hasRoomForPeer: hasRoom(for: owner.server)
    case .isPeerMet: isMet(owner.server)
    case .isThrottled:
      rules.inviteThrottle.isRemembered(decision.relation)
        || begun { message, _ in message.relation == decision.relation } > 0
    }
  }

  private var isWatchedBack: Bool {
    let back = Relation(owner: observed, observed: owner)
    let entry =
      earlier.last { $0.relation == back }.map(\.after.entry) ?? rules.lists.entry(of: observed, for: owner)
    return entry?.state == .accepted
  }

  // MARK: The owner's side

  var entryCount: Int {
    rules.lists.entries(of: owner).count
      + change { relation, it in relation.owner == owner && it.entry != nil ? 1 : 0 }
  }

  var pendingCount: Int {
    rules.lists.pendingCount(of: owner)
      + change { relation, it in relation.owner == owner && it.entry?.state == .pending ? 1 : 0 }
  }

  var nextOrder: UInt64 {
    max(rules.lastEntry, earlier.compactMap(\.after.entry?.order).max() ?? 0) + 1
  }

  // MARK: The observed user's side

  private func inviteCount(from server: ServerName) -> Int {
    rules.lists.inviteCount(for: observed, from: server)
      + change { relation, it in
        relation.observed == observed && relation.owner.server == server && it.askedAt != nil ? 1 : 0
      }
  }

  private func hasRoom(for server: ServerName) -> Bool {
    let all =
      rules.lists.invites(for: observed).count
      + change { relation, it in relation.observed == observed && it.askedAt != nil ? 1 : 0 }
    let throttle = rules.inviteThrottle
    return all - inviteCount(from: rules.server) < limits.waitingInvites
      && inviteCount(from: server) < limits.waitingInvitesPerServer
      && throttle.count(server, observed) + begunHere(from: server) < limits.invitesPerServer
      && throttle.count + begun { _, _ in true } < limits.throttledInvites
      && throttle.count(of: server) + begun { message, _ in message.observer.server == server }
        < limits.throttledInvitesPerServer
      && (isMet(server)
        || throttle.countOfUnknownPeers + begun { _, isOfUnknownPeer in isOfUnknownPeer }
          < limits.throttledInvitesOfUnknownPeers)
  }

  /// Whether there is an accepted relation with a server, in either direction.
  private func isMet(_ server: ServerName) -> Bool {
    rules.lists.meetings(with: server)
      + change { relation, it in
        (it.entry?.state == .accepted && relation.observed.server == server ? 1 : 0)
          + (it.isAllowed && relation.owner.server == server ? 1 : 0)
      } > 0
  }

  // MARK: Decided before

  /// By how much earlier decisions change a number that is a sum over relations.
  private func change(
    _ count: (Relation, PresenceLists.Relationship) -> Int
  ) -> Int {
    earlier.reduce(0) { $0 + count($1.relation, $1.after) - count($1.relation, $1.before) }
  }

  /// How many invites of other servers are heard by earlier decisions.
  private func begun(_ isCounted: (ListEDU, _ isOfUnknownPeer: Bool) -> Bool) -> Int {
    earlier.count { decision in
      guard case .begin(let message, _, let isOfUnknownPeer) = decision.throttled else { return false }
      return isCounted(message, isOfUnknownPeer)
    }
  }

  private func begunHere(from server: ServerName) -> Int {
    earlier.count { decision in
      guard case .begin(let message, true, _) = decision.throttled else { return false }
      return message.observer.server == server && message.observed == observed
    }
  }
}
