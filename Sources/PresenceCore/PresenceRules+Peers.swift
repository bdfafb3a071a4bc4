public import MatrixWire
public import Ports

/// What other servers say: about lists (Protocol 6.5), and of their people (Protocol 6.4).
extension PresenceRules {
  /// Does what a list message asks for. What its origin may not say, or what fits nothing here, is ignored: any answer
  /// would tell who exists.
  public mutating func receive(
    _ message: ListEDU, from origin: ServerName, now: Moment
  ) -> [PresenceEffect] {
    let (observer, observed) = (message.observer, message.observed)
    switch message.kind {
    case .invite, .drop:
      // Whether the observed user exists makes no difference: the time it takes would tell.
      guard observer.server == origin, isLocal(observed) else { return [] }
      guard message.kind == .drop else { return question(message, now: now) }
      heard.takeBack(.init(owner: observer, observed: observed))
      return withdraw(from: observed, observer: observer, now: now)
    case .accept, .deny:
      guard observed.server == origin, isLocal(observer),
        let entry = lists.entry(of: observer, for: observed),
        // An answer to an invite that was taken back and made anew is no answer to the new one.
        message.question ?? entry.invitedAt.milliseconds == entry.invitedAt.milliseconds
      else { return [] }
      return message.kind == .accept
        ? accepted(entry, of: observer, by: observed, now: now)
        : refused(entry, of: observer, by: observed)
    }
  }

  /// A remote user sends an invite. Their own server holds them to `inviteRepeat`; where it does not, this one does:
  /// what comes too early waits. And no server takes the places of all others.
  mutating func question(_ message: ListEDU, now: Moment) -> [PresenceEffect] {
    let (observer, observed) = (message.observer, message.observed)
    if let question = message.question, question == lists.declinedQuestion(of: observer, to: observed) {
      return []
    }
    if lists.invites(for: observed)[observer] != nil {
      // It waits already; only its name is new.
      lists.setQuestion(message.question, of: observer, to: observed)
      return []
    }
    let isAllowed = lists.isAllowed(observer, toSee: observed)
    // Noted at once: a revocation that does not name this invite would be ignored.
    if isAllowed { lists.setQuestion(message.question, of: observer, to: observed) }
    guard !heard.postpone(message) else { return [] }
    guard isAllowed || isRoom(for: observer.server, at: observed) else { return [] }
    let isOfStranger = !isMet(observer.server)
    if heard.begin(message, isCounted: !isAllowed, isOfStranger: isOfStranger) {
      deadlines.set(now.instant + .seconds(3600), for: .counted(observer.server, observed))
    }
    deadlines.set(now.instant + limits.inviteRepeat, for: .heard(owner: observer, observed: observed))
    lists.setQuestion(message.question, of: observer, to: observed)
    // An observer who is allowed is told so again, and no other.
    return isAllowed
      ? [tell(observer, .accept, of: observed)] : deliverInvite(of: observed, from: observer, now: now)
  }

  private func isRoom(for server: ServerName, at observed: UserID) -> Bool {
    let waiting = lists.invites(for: observed).count - lists.inviteCount(for: observed, from: self.server)
    return waiting < limits.waitingInvites
      && lists.inviteCount(for: observed, from: server) < limits.waitingInvitesPerServer
      && heard.count(server, observed) < limits.invitesPerServer
      && heard.count < limits.heardInvites && heard.count(of: server) < limits.heardInvitesPerServer
      && (isMet(server) || heard.countOfStrangers < limits.heardInvitesOfStrangers)
  }

  /// Whether there is an accepted relation with a server, in either direction.
  func isMet(_ server: ServerName) -> Bool {
    beyondTrial.met.contains(server) || lists.serversMet.contains(server)
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
      lists.setInvite(nil, from: relation.owner, to: relation.observed)
      lists.setQuestion(nil, of: relation.owner, to: relation.observed)
      deadlines.set(nil, for: .received(owner: relation.owner, observed: relation.observed))
    }
    return forgotten
  }

  /// An invite of a remote user without an answer for 30 days: their own server has taken it back, or has forgotten it.
  mutating func lapseReceived(from observer: UserID, to observed: UserID) -> [PresenceEffect] {
    guard let receivedAt = lists.invites(for: observed)[observer] else { return [] }
    lists.setInvite(nil, from: observer, to: observed)
    lists.setQuestion(nil, of: observer, to: observed)
    return [inviteChanged(observer, observed, receivedAt, .withdrawn)]
  }

  private mutating func accepted(
    _ entry: PresenceLists.Entry, of owner: UserID, by observed: UserID, now: Moment
  ) -> [PresenceEffect] {
    guard entry.state == .pending else { return [] }
    var entry = entry
    entry.state = .accepted
    entry.acceptedAt = now.wall
    lists.setEntry(entry, of: owner, for: observed)
    deadlines.set(nil, for: .invite(owner: owner, observed: observed))
    return [.listChanged(owner: owner, ListEvent(userID: observed, state: .accepted, sender: observed))]
  }

  private mutating func refused(
    _ entry: PresenceLists.Entry, of owner: UserID, by observed: UserID
  ) -> [PresenceEffect] {
    removeEntry(of: owner, for: observed)
    let outcome: ListState = entry.state == .accepted ? .revoked : .denied
    return [.listChanged(owner: owner, ListEvent(userID: observed, state: outcome, sender: observed))]
  }

  // MARK: Remote people

  /// What their own server says of a remote user. Nothing is kept of users who are on no list.
  public mutating func learn(
    _ content: PresenceContent, of user: UserID, now: Moment
  ) -> [PresenceEffect] {
    guard !isLocal(user), !lists.audience(of: user).isEmpty else { return [] }
    return replace(RemotePresence(content, after: remotePeople[user], now: now.instant), of: user)
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
  public mutating func forget(_ user: UserID, because reason: UnknownReason) -> [PresenceEffect] {
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
