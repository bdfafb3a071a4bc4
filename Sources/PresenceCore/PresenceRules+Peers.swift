public import MatrixWire
public import Ports

/// What other servers say: about lists (Protocol 6.5), and of their people (Protocol 6.4).
extension PresenceRules {
  /// Decides what a list message does. What its origin may not say, or what fits nothing here, does nothing: any answer
  /// would tell who exists.
  ///
  /// - Parameters:
  ///   - message: what is said.
  ///   - origin: the server that says it.
  ///   - earlier: decisions that will be applied before this one.
  ///   - now: the time.
  /// - Returns: what it does, if anything.
  public func decide(
    _ message: ListEDU, from origin: ServerName, after earlier: [ListDecision] = [], now: Moment
  ) -> ListDecision {
    decide(.init(owner: message.observer, observed: message.observed), after: earlier, now: now) {
      $0.receive(message, from: origin)
    }
  }

  /// Decides and applies at once, where nothing has to be stored in between.
  public mutating func receive(
    _ message: ListEDU, from origin: ServerName, now: Moment
  ) -> [PresenceEffect] {
    apply(decide(message, from: origin, now: now))
  }

  /// Bounds what is kept of invites to names without an account; to be called with every invite to this server, and
  /// with its end.
  ///
  /// Invites to users count alike, and whether the observed user exists is only looked up when an invite is the oldest
  /// of `unclaimedInvites`: the time this takes says nothing about who is invited now.
  ///
  /// - Returns: the invites of which nothing may be kept any more, all to names without an account.
  public mutating func keepUnclaimed(
    _ event: InviteEvent
  ) -> [(observer: UserID, observed: UserID)] {
    recentInvites.append(.init(owner: event.observer, observed: event.observed), ())
    var forgotten: [(observer: UserID, observed: UserID)] = []
    // Two at a time, so that the number shrinks after a start with too many.
    for _ in 0..<2 {
      guard recentInvites.count > limits.unclaimedInvites, let (relation, _) = recentInvites.first else {
        break
      }
      recentInvites.remove(relation)
      guard !exists(relation.observed) else { continue }
      forgotten.append((relation.owner, relation.observed))
      // Local invites end when they are taken back or lapse.
      guard !isLocal(relation.owner) else { continue }
      var relationship = lists.relationship(of: relation.owner, for: relation.observed)
      (relationship.askedAt, relationship.inviteID) = (nil, nil)
      lists.set(relationship, of: relation.owner, for: relation.observed)
      deadlines.set(nil, for: .received(owner: relation.owner, observed: relation.observed))
    }
    return forgotten
  }

  // MARK: Remote people

  /// Makes updates true, in order.
  ///
  /// - Returns: what follows for this server's own people.
  public mutating func apply(_ updates: [RemoteUpdate]) -> [PresenceEffect] {
    updates.flatMap { update in
      switch update {
      case .state(let user, let content, let instant): learn(content, of: user, at: instant)
      case .unknown(let user, let reason): forget(user, because: reason)
      case .silent(let peer): peerIsSilent(peer)
      case .back(let peer): peerIsBack(peer)
      }
    }
  }

  /// What their own server says of a remote user. Nothing is kept of users who are on no list.
  mutating func learn(
    _ content: PresenceContent, of user: UserID, at now: Instant
  ) -> [PresenceEffect] {
    guard !isLocal(user), !lists.audience(of: user).isEmpty else { return [] }
    return replace(RemotePresence(content, after: remotePeople[user], now: now), of: user)
  }

  /// The profile of a remote user of whom something is known. An empty name is none.
  public mutating func learn(_ profile: Profile, of user: UserID) -> [PresenceEffect] {
    guard var presence = remotePeople[user] else { return [] }
    presence.displayName = profile.displayName
    presence.avatarURL = profile.avatarURL
    return replace(presence, of: user)
  }

  /// What a remote user who was asked for once looks like to clients here.
  public func shown(_ content: PresenceContent, now: Moment) -> PresenceContent {
    RemotePresence(content, after: nil, now: now.instant).content(at: now.instant)
  }

  /// Nothing certain is known of a remote user any more. Their last activity is kept.
  mutating func forget(_ user: UserID, because reason: UnknownReason) -> [PresenceEffect] {
    guard !isLocal(user), !lists.audience(of: user).isEmpty else { return [] }
    return replace(RemotePresence(unknownBecause: reason, after: remotePeople[user]), of: user)
  }

  /// What this server's users see of a remote one; nil while nothing was ever heard.
  public func remoteState(of user: UserID) -> PresenceState? { remotePeople[user]?.view.state }

  private mutating func replace(_ presence: RemotePresence, of user: UserID) -> [PresenceEffect] {
    let before = remotePeople.updateValue(presence, forKey: user)
    return before.map(presence.differs) ?? true ? [.presenceChanged(user, toOthers: true)] : []
  }

  /// Whether the interest of a user in remote ones stands whether or not they are there (R14): while they hide, and for
  /// a while after.
  public func interestStands(of user: UserID, now: Moment) -> Bool {
    guard let person = people[user] else { return false }
    if person.choice == .hidden { return true }
    guard let last = person.lastHidden else { return false }
    return now.instant - last < limits.standingInterest
  }
}
