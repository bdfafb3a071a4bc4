public import MatrixWire
public import Ports

/// Lists and consent (Protocol 3.6, E3, 6.5). `owner` and `observer` are the one who watches, `observed` the
/// one who is watched.
extension PresenceRules {
  /// Puts a user on a list and asks their permission. Repeating it changes nothing.
  ///
  /// A name without an account looks exactly like a user who does not answer: pending, until it lapses.
  ///
  /// - Throws: `M_INVALID_PARAM` for oneself, `M_TOO_LARGE` where the list is full or too many have not answered.
  public mutating func invite(
    _ observed: UserID, by owner: UserID, now: Moment
  ) throws(MatrixError) -> [PresenceEffect] {
    guard owner != observed else {
      throw MatrixError(.invalidParameter, "You always see yourself; there is nobody to ask.")
    }
    guard isLocal(observed) || meetsOthers else {
      throw MatrixError(.forbidden, "This server meets no others; \(observed) cannot be asked.")
    }
    if let entry = lists.entry(of: owner, for: observed) {
      return entry.state == .pending ? ask(observed, from: owner, now: now) : []
    }
    guard lists.entries(of: owner).count < limits.listEntries else {
      throw MatrixError(.tooLarge, "Your list is full (\(limits.listEntries) people).")
    }
    guard lists.pendingCount(of: owner) < limits.pendingEntries else {
      throw MatrixError(
        .tooLarge,
        "\(limits.pendingEntries) people you asked have not answered yet. Take some off your list to ask others."
      )
    }
    let order = nextEntry()
    lists.setEntry(
      .init(state: .pending, order: order, invitedAt: now.wall), of: owner, for: observed)
    deadlines.set(now.instant + limits.inviteLifetime, for: .invite(owner: owner, observed: observed))
    let echo = PresenceEffect.listChanged(
      owner: owner, ListEvent(userID: observed, state: .pending, sender: owner))
    return [echo] + ask(observed, from: owner, now: now)
  }

  /// Takes a user off a list, or an invite back; does nothing without an entry.
  public mutating func drop(_ observed: UserID, by owner: UserID, now: Moment) -> [PresenceEffect] {
    guard lists.entry(of: owner, for: observed) != nil else { return [] }
    removeEntry(of: owner, for: observed)
    let echo = PresenceEffect.listChanged(
      owner: owner, ListEvent(userID: observed, state: .dropped, sender: owner))
    guard isLocal(observed) else {
      return [echo, .tellPeer(observed.server, ListEDU(.drop, observer: owner, observed: observed))]
    }
    return [echo] + withdraw(from: observed, observer: owner, now: now)
  }

  /// Accepts the invite of a user.
  ///
  /// - Throws: `…_NOT_INVITED` where nobody asked.
  public mutating func accept(
    _ observer: UserID, by observed: UserID, now: Moment
  ) throws(MatrixError) -> [PresenceEffect] {
    let receivedAt = try pendingInvite(from: observer, to: observed)
    return admit(observer, toSee: observed, receivedAt: receivedAt, now: now)
  }

  /// Denies the invite of a user.
  ///
  /// - Throws: `…_NOT_INVITED` where nobody asked.
  public mutating func deny(
    _ observer: UserID, by observed: UserID, now: Moment
  ) throws(MatrixError) -> [PresenceEffect] {
    let receivedAt = try pendingInvite(from: observer, to: observed)
    endInvite(from: observer, to: observed, now: now)
    return [inviteChanged(observer, observed, receivedAt, .denied)]
      + refuse(observer, by: observed, outcome: .denied)
  }

  /// Takes a permission back. Nothing happens where none was given.
  public mutating func revoke(_ observer: UserID, by observed: UserID, now: Moment) -> [PresenceEffect] {
    guard lists.isAllowed(observer, toSee: observed) else { return [] }
    lists.setAllowed(false, observer, toSee: observed)
    return [inviteChanged(observer, observed, now.wall, .revoked)]
      + refuse(observer, by: observed, outcome: .revoked)
  }

  /// Sets the groups of an entry; does nothing without one.
  public mutating func setGroups(
    _ groups: [String], of observed: UserID, by owner: UserID
  ) throws(MatrixError) -> [PresenceEffect] {
    guard groups.count <= limits.groups, groups.allSatisfy({ $0.utf8.count <= limits.groupBytes }) else {
      throw MatrixError(.tooLarge, "At most \(limits.groups) groups of \(limits.groupBytes) bytes.")
    }
    guard var entry = lists.entry(of: owner, for: observed), entry.groups != groups else { return [] }
    entry.groups = groups
    lists.setEntry(entry, of: owner, for: observed)
    return [.listChanged(owner: owner, ListEvent(userID: observed, state: entry.state, sender: owner))]
  }

  /// The pending invites of a user to others of this server, for those who were invited.
  public func openQuestions(of owner: UserID) -> [PresenceEffect] {
    lists.entries(of: owner).filter { $0.value.state == .pending }.keys.sorted().compactMap { observed in
      lists.invites(for: observed)[owner].map { inviteChanged(owner, observed, $0, .pending) }
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

  // MARK: Steps

  func isLocal(_ user: UserID) -> Bool { user.server == server }

  /// Delivers an invite, at most once per `inviteRepeat`, whatever became of the one before: a stranger who takes an
  /// invite back and sends it again must not fill a screen. Within the span the invite waits. It is counted at the
  /// sender's side, so that it says nothing about whether the invited user exists.
  private mutating func ask(_ observed: UserID, from owner: UserID, now: Moment) -> [PresenceEffect] {
    // Where no one is asked, no screen is filled.
    if isAdmittedUnasked(owner, observed) { return deliverInvite(of: observed, from: owner, now: now) }
    let question = PresenceLists.Relation(owner: owner, observed: observed)
    guard questions[question] == nil else {
      questions[question] = true
      return []
    }
    questions[question] = false
    deadlines.set(now.instant + limits.inviteRepeat, for: .question(owner: owner, observed: observed))
    return deliverInvite(of: observed, from: owner, now: now)
  }

  /// The span has passed: a waiting invite is delivered, if its entry is still pending.
  mutating func askAgain(of observed: UserID, from owner: UserID, now: Moment) -> [PresenceEffect] {
    let waits = questions.removeValue(forKey: .init(owner: owner, observed: observed)) ?? false
    guard waits, lists.entry(of: owner, for: observed)?.state == .pending else { return [] }
    return ask(observed, from: owner, now: now)
  }

  /// Delivers every invite that was not delivered yet, after a start.
  public mutating func askWaiting(now: Moment) -> [PresenceEffect] {
    var effects: [PresenceEffect] = []
    for relation in lists.pendingRelations.sorted(by: { ($0.owner, $0.observed) < ($1.owner, $1.observed) }) {
      effects += ask(relation.observed, from: relation.owner, now: now)
    }
    return effects
  }

  /// Delivers the invites that waited for a user from before they registered, at once: they filled no screen until now.
  /// Their senders wait on as before, and learn nothing of it.
  public mutating func askNewcomer(_ user: UserID, now: Moment) -> [PresenceEffect] {
    var effects: [PresenceEffect] = []
    for owner in lists.owners(waitingFor: user).union(lists.invites(for: user).keys).sorted() {
      let question = PresenceLists.Relation(owner: owner, observed: user)
      if questions[question] != nil { questions[question] = false }
      guard let receivedAt = lists.invites(for: user)[owner] else {
        effects += deliverInvite(of: user, from: owner, now: now)
        continue
      }
      effects +=
        isAdmittedUnasked(owner, user)
        ? admit(owner, toSee: user, receivedAt: receivedAt, now: now)
        : [inviteChanged(owner, user, receivedAt, .pending)]
    }
    return effects
  }

  /// Delivers an invite to a user or a name without an account: both are treated alike, or the time it takes and what
  /// is stored would tell them apart. The later owner of the name finds what waits there.
  mutating func deliverInvite(
    of observed: UserID, from observer: UserID, now: Moment
  ) -> [PresenceEffect] {
    guard isLocal(observed) else {
      let question = lists.entry(of: observer, for: observed)?.invitedAt.milliseconds
      return [
        .tellPeer(
          observed.server,
          ListEDU(.invite, observer: observer, observed: observed, question: question))
      ]
    }
    guard lists.invites(for: observed)[observer] == nil else { return [] }
    if isAdmittedUnasked(observer, observed) {
      return admit(observer, toSee: observed, receivedAt: now.wall, now: now)
    }
    // Later invites of local users wait; those of remote ones were counted when they came.
    guard !isLocal(observer) || isRoomForLocalInvite(to: observed) else { return [] }
    lists.setInvite(now.wall, from: observer, to: observed)
    if !isLocal(observer) {
      deadlines.set(
        now.instant + limits.inviteLifetime, for: .received(owner: observer, observed: observed))
    }
    return [inviteChanged(observer, observed, now.wall, .pending)]
  }

  private func isRoomForLocalInvite(to observed: UserID) -> Bool {
    let taken = beyondTrial.takenPlaces[observed] ?? 0
    return lists.inviteCount(for: observed, from: server) + taken < limits.waitingLocalInvites
  }

  /// An invite was answered or taken back. Where local invites found no room, the oldest of them is delivered.
  private mutating func endInvite(from observer: UserID, to observed: UserID, now: Moment) {
    lists.setInvite(nil, from: observer, to: observed)
    let owners = lists.owners(waitingFor: observed)
    guard isRoomForLocalInvite(to: observed), owners.count > lists.inviteCount(for: observed, from: server)
    else { return }
    let asked = lists.invites(for: observed)
    let next =
      owners.filter { asked[$0] == nil && $0 != observer && !isWaitingToAsk(observed, $0) }
      .min { left, right in
        (lists.entry(of: left, for: observed)?.order ?? .max)
          < (lists.entry(of: right, for: observed)?.order ?? .max)
      }
    guard let next else { return }
    questions[.init(owner: next, observed: observed)] = true
    deadlines.set(now.instant, for: .question(owner: next, observed: observed))
  }

  /// Whether an invite is about to be delivered, at its deadline.
  private func isWaitingToAsk(_ observed: UserID, _ owner: UserID) -> Bool {
    questions[.init(owner: owner, observed: observed)] == true
  }

  func isAdmittedUnasked(_ observer: UserID, _ observed: UserID) -> Bool {
    guard isLocal(observed) else { return false }
    return lists.isAllowed(observer, toSee: observed) || acceptsUnasked(observer, observed)
  }

  /// A name without an account allows no observer and has an empty list, so it need not be told from a user. Only a user
  /// who accepts every invite shows at once that they exist.
  private func acceptsUnasked(_ observer: UserID, _ observed: UserID) -> Bool {
    switch autoAccept(of: observed) {
    case .never: false
    // Rooms will add theirs to `sharedRoom`; what it includes besides holds already.
    case .reverse, .sharedRoom: lists.entry(of: observed, for: observer)?.state == .accepted
    case .always: exists(observed)
    }
  }

  mutating func admit(
    _ observer: UserID, toSee observed: UserID, receivedAt: WallTime, now: Moment
  ) -> [PresenceEffect] {
    endInvite(from: observer, to: observed, now: now)
    lists.setAllowed(true, observer, toSee: observed)
    let told = inviteChanged(observer, observed, receivedAt, .accepted)
    guard isLocal(observer) else { return [told, tell(observer, .accept, of: observed)] }
    guard var entry = lists.entry(of: observer, for: observed) else { return [told] }
    entry.state = .accepted
    entry.acceptedAt = now.wall
    lists.setEntry(entry, of: observer, for: observed)
    deadlines.set(nil, for: .invite(owner: observer, observed: observed))
    return [
      told, .listChanged(owner: observer, ListEvent(userID: observed, state: .accepted, sender: observed)),
    ]
  }

  /// Tells the observer no, and takes the entry off their list.
  private mutating func refuse(
    _ observer: UserID, by observed: UserID, outcome: ListState
  ) -> [PresenceEffect] {
    guard isLocal(observer) else {
      let denial = tell(observer, .deny, of: observed)
      if let question = lists.question(of: observer, to: observed) {
        lists.decline(question, of: observer, to: observed)
        lists.setQuestion(nil, of: observer, to: observed)
      }
      return [denial]
    }
    guard lists.entry(of: observer, for: observed) != nil else { return [] }
    removeEntry(of: observer, for: observed)
    return [.listChanged(owner: observer, ListEvent(userID: observed, state: outcome, sender: observed))]
  }

  /// An answer for a remote user, naming the invite it is to.
  func tell(_ observer: UserID, _ kind: ListEDU.Kind, of observed: UserID) -> PresenceEffect {
    let question = lists.question(of: observer, to: observed)
    return .tellPeer(
      observer.server, ListEDU(kind, observer: observer, observed: observed, question: question))
  }

  /// The observer left: an invite of theirs, or the permission to see the observed user, ends.
  mutating func withdraw(from observed: UserID, observer: UserID, now: Moment) -> [PresenceEffect] {
    let receivedAt = lists.invites(for: observed)[observer]
    let wasAllowed = lists.isAllowed(observer, toSee: observed)
    guard receivedAt != nil || wasAllowed else { return [] }
    endInvite(from: observer, to: observed, now: now)
    lists.setAllowed(false, observer, toSee: observed)
    lists.setQuestion(nil, of: observer, to: observed)
    return [inviteChanged(observer, observed, receivedAt ?? WallTime(milliseconds: 0), .withdrawn)]
  }

  /// An invite without an answer for 30 days: gone on both sides, as if taken back.
  mutating func lapse(owner: UserID, observed: UserID, now: Moment) -> [PresenceEffect] {
    guard lists.entry(of: owner, for: observed)?.state == .pending else { return [] }
    removeEntry(of: owner, for: observed)
    let echo = PresenceEffect.listChanged(
      owner: owner, ListEvent(userID: observed, state: .dropped, sender: owner))
    guard isLocal(observed) else {
      return [echo, .tellPeer(observed.server, ListEDU(.drop, observer: owner, observed: observed))]
    }
    return [echo] + withdraw(from: observed, observer: owner, now: now)
  }

  private mutating func nextEntry() -> UInt64 {
    lastEntry += 1
    return lastEntry
  }

  mutating func removeEntry(of owner: UserID, for observed: UserID) {
    lists.setEntry(nil, of: owner, for: observed)
    if lists.relations(with: observed.server).isEmpty { silentPeers.remove(observed.server) }
    if lists.audience(of: observed).isEmpty { remotePeople[observed] = nil }
    deadlines.set(nil, for: .invite(owner: owner, observed: observed))
  }

  private func pendingInvite(
    from observer: UserID, to observed: UserID
  ) throws(MatrixError) -> WallTime {
    guard let receivedAt = lists.invites(for: observed)[observer] else {
      throw MatrixError(.notInvited, "There is no pending invite from \(observer).")
    }
    return receivedAt
  }

  func inviteChanged(
    _ observer: UserID, _ observed: UserID, _ receivedAt: WallTime, _ state: InviteState
  ) -> PresenceEffect {
    .inviteChanged(
      InviteEvent(
        observer: observer, observed: observed, receivedAt: receivedAt.milliseconds, state: state))
  }

  private func entriesChanged(on peer: ServerName) -> [PresenceEffect] {
    lists.relations(with: peer).sorted { ($0.owner, $0.observed) < ($1.owner, $1.observed) }
      .compactMap { relation in
        lists.entry(of: relation.owner, for: relation.observed).map {
          .listChanged(
            owner: relation.owner,
            ListEvent(userID: relation.observed, state: $0.state, sender: relation.owner))
        }
      }
  }
}
