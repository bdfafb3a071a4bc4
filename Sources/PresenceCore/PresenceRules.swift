public import MatrixWire
public import Ports
public import RoomCore

/// The presence rules of one homeserver, whole: users, devices, lists, consent, visibility and time.
///
/// A value. Every input is told `now` and returns what has to be done; nothing here waits, reads a clock or
/// draws a random number. The caller runs `expire(now:)` no later than `nextDeadline`; early is harmless.
public struct PresenceRules: Sendable {
  enum Deadline: Hashable, Sendable {
    case person(UserID)
    case invite(owner: UserID, observed: UserID)
    /// When the same invite may be delivered again.
    case delivery(owner: UserID, observed: UserID)
    /// When the invite of a remote user lapses here, and when their next one may be delivered.
    case received(owner: UserID, observed: UserID)
    case throttled(owner: UserID, observed: UserID)
    /// When the invites of a server to a user are counted anew.
    case counted(ServerName, UserID)
  }

  /// What was last announced of a user, which changes are compared with.
  private struct Announced: Hashable, Sendable {
    var toOthers: PresenceView
    var toSelf: PresenceView
    var polling: Bool
  }

  /// The server whose people these are.
  public let server: ServerName
  public internal(set) var limits: PresenceLimits
  /// Who may see whom. Memberships in rooms are set by the caller that applies the decisions of `RoomRules`.
  public var audience: AudienceIndex
  var people: [UserID: PersonPresence] = [:]
  var deadlines = DeadlineQueue<Deadline>()
  var silentPeers: Set<ServerName> = []
  /// What is known of remote users who are on a list here.
  var remotePeople: [UserID: RemotePresence] = [:]
  /// Relations whose next invite may not be delivered yet; their ends are deadlines.
  var pauses: [Relation: InvitePause] = [:]
  /// Invites of users elsewhere.
  var inviteThrottle = InviteThrottle()
  /// The most recent invites to this server and their ends, oldest first; they bound what is kept of names without an
  /// account.
  var recentInvites = LinkedDictionary<Relation, Void>()
  /// Whether this server meets others at all. If not, no remote user can be invited, or is known.
  public var meetsOthers = true
  let defaultAutoAccept: AutoAccept
  private var autoAcceptance: [UserID: AutoAccept] = [:]
  private var announced: [UserID: Announced] = [:]
  var lastStream: UInt64 = 0
  var lastEntry: UInt64 = 0

  /// - Parameters:
  ///   - server: whose people these are.
  ///   - limits: what bounds people and lists.
  ///   - autoAccept: whose invites are accepted without asking, where a user did not say otherwise.
  ///   - membership: who is in which room.
  public init(
    server: ServerName, limits: PresenceLimits = .init(), autoAccept: AutoAccept = .reverse,
    membership: MembershipIndex = MembershipIndex()
  ) {
    self.server = server
    self.limits = limits
    self.defaultAutoAccept = autoAccept
    audience = AudienceIndex(server: server, membership)
  }

  /// Who watches whom by lists, with consent.
  public internal(set) var lists: PresenceLists {
    // Not a copy: the lists are a dozen dictionaries.
    _read { yield audience.lists }
    _modify { yield &audience.lists }
  }

  // MARK: People

  /// Adds a person; known ones stay as they are.
  public mutating func register(_ user: UserID, now: Moment) {
    guard people[user] == nil else { return }
    restore(PersonPresence(registeredAt: now.instant), of: user, now: now)
  }

  mutating func restore(_ person: PersonPresence, of user: UserID, now: Moment) {
    people[user] = person
    announced[user] = announcement(of: person, at: now.instant)
    rearm(user, at: now.instant)
  }

  /// Whether a person belongs to this server and exists.
  public func exists(_ user: UserID) -> Bool { people.keys.contains(user) }

  /// All local users, in the order of their IDs.
  public var localUsers: [UserID] { people.keys.sorted() }

  /// A person's choice and text.
  public func person(_ user: UserID) -> PersonPresence? { people[user] }

  /// Whose invites to a user are accepted without asking.
  public func autoAccept(of user: UserID) -> AutoAccept { autoAcceptance[user] ?? defaultAutoAccept }

  /// Sets whose invites to a user are accepted without asking; nil goes back to the server's default.
  public mutating func setAutoAccept(_ policy: AutoAccept?, of user: UserID) {
    autoAcceptance[user] = policy
  }

  // MARK: Choice

  /// Decides `PUT /presence/{userId}/status` (Protocol 3.3, 5.4).
  ///
  /// - Throws: `M_INVALID_PARAM` for a state that cannot be chosen, `M_TOO_LARGE` for a text over the limit,
  ///   `M_NOT_FOUND` for a person who does not exist.
  public func decide(
    _ update: StatusUpdate, of user: UserID, on device: DeviceID?, now: Moment
  ) throws(MatrixError) -> StatusDecision {
    guard PersonPresence.choices.contains(update.presence) else {
      throw MatrixError(.invalidParameter, "'\(update.presence)' is not a presence state one can choose.")
    }
    let text = update.statusMessage.flatMap { $0.isEmpty ? nil : $0 }
    if let text, text.utf8.count > limits.statusBytes {
      throw MatrixError(
        .tooLarge, "The status text has \(text.utf8.count) bytes; at most \(limits.statusBytes) are kept.")
    }
    guard let person = people[user] else { throw MatrixError(.notFound, "\(user) does not exist here.") }
    let update = StatusUpdate(presence: update.presence, statusMessage: text)
    let (after, isActivity) = person.choosing(update, on: device, at: now.instant, limits)
    return StatusDecision(
      user: user, update: update, device: device, isActivity: isActivity, decidedAt: now,
      record: after.record(of: user, now: now))
  }

  /// Makes a decision true. What streams are told is what differs from what they were told last.
  public mutating func apply(_ decision: StatusDecision) -> [PresenceEffect] {
    let now = decision.decidedAt.instant
    people[decision.user]?.choose(
      decision.update, on: decision.device, isActivity: decision.isActivity, at: now)
    return reconcile(decision.user, at: now)
  }

  /// Decides and applies at once, where nothing has to be stored in between.
  public mutating func setStatus(
    of user: UserID, to update: StatusUpdate, on device: DeviceID?, now: Moment
  ) throws(MatrixError) -> [PresenceEffect] {
    apply(try decide(update, of: user, on: device, now: now))
  }

  // MARK: Activity

  /// A user did what others may notice: sent, typed, read (Protocol 5.4).
  public mutating func noteActivity(
    of user: UserID, on device: DeviceID?, now: Moment
  ) -> [PresenceEffect] {
    let limits = limits
    people.change(user) { $0.act(on: device, at: now.instant, limits) }
    return reconcile(user, at: now.instant)
  }

  // MARK: Time

  /// When `expire(now:)` has to run next, if nothing happens before.
  public var nextDeadline: Instant? {
    mutating get { deadlines.next }
  }

  /// Does everything whose time has come.
  public mutating func expire(now: Moment) -> [PresenceEffect] {
    var effects: [PresenceEffect] = []
    while let due = deadlines.popDue(at: now.instant) {
      switch due {
      case .person(let user):
        people[user]?.forgetDevices(at: now.instant, limits)
        effects += reconcile(user, at: now.instant)
      case .invite(let owner, let observed):
        effects += step(owner, observed, now) { $0.lapse() }
      case .delivery(let owner, let observed):
        effects += step(owner, observed, now) { $0.askAgain() }
      case .received(let owner, let observed):
        effects += step(owner, observed, now) { $0.lapseReceived() }
      case .throttled(let owner, let observed):
        if let message = inviteThrottle.end(.init(owner: owner, observed: observed)) {
          effects += step(owner, observed, now) { $0.receiveInvite(message) }
        }
      case .counted(let server, let observed): inviteThrottle.countAnew(server, observed)
      }
    }
    return effects
  }

  // MARK: What is seen

  /// Whether a viewer may see a user (`AudienceIndex`).
  public func isVisible(_ target: UserID, to viewer: UserID) -> Bool {
    audience.isVisible(target, to: viewer)
  }

  /// What is seen of a local user by those who may see them; nil for users who do not exist.
  public func publicPresence(of user: UserID, now: Moment) -> PresenceContent? {
    people[user]?.publicView(at: now.instant, limits).content(at: now.instant)
  }

  /// What a viewer sees of a user now, or nil where they may not (which includes users who do not exist).
  public func presence(of target: UserID, for viewer: UserID, now: Moment) -> PresenceContent? {
    guard isVisible(target, to: viewer) else { return nil }
    guard isLocal(target) else { return remotePeople[target]?.content(at: now.instant) }
    guard let person = people[target] else { return nil }
    let view =
      viewer == target
      ? person.ownView(at: now.instant, limits) : person.publicView(at: now.instant, limits)
    return view.content(at: now.instant)
  }

  /// The presence of a user whom a viewer watches, or why it is unknown.
  public func listedPresence(of target: UserID, for viewer: UserID, now: Moment) -> PresenceContent {
    if let reason = unknownReason(of: target, for: viewer) {
      // What was known of a remote user stays beside the reason: last activity and name.
      var content = isLocal(target) ? nil : presence(of: target, for: viewer, now: now)
      content?.unknownReason = reason
      return content ?? PresenceContent(state: .unknown, unknownReason: reason)
    }
    return presence(of: target, for: viewer, now: now)
      ?? PresenceContent(state: .unknown, unknownReason: .pending)
  }

  /// Why the presence of a user is unknown to a viewer; nil where they watch the user and may see it.
  public func unknownReason(of target: UserID, for viewer: UserID) -> UnknownReason? {
    guard isLocal(target) else {
      guard meetsOthers else { return .elsewhere }
      if silentPeers.contains(target.server) { return .unreachable }
      guard isVisible(target, to: viewer) else { return .pending }
      let reason = remotePeople[target].map(\.unknownReason) ?? .unanswered
      return reason == .unanswered && people[viewer]?.choice == .hidden ? .notAsked : reason
    }
    return people.index(forKey: target) != nil && audience.shows(target, to: viewer) ? nil : .pending
  }

  /// Whether a person looks at their list through any device (E7).
  public func isPolling(_ user: UserID, now: Moment) -> Bool {
    people[user]?.isPolling(at: now.instant, limits) ?? false
  }

  // MARK: Comparing before and after

  private func announcement(of person: PersonPresence, at now: Instant) -> Announced {
    let view = person.publicView(at: now, limits)
    return Announced(
      toOthers: view, toSelf: person.ownView(beside: view), polling: person.isPolling(at: now, limits))
  }

  /// Announces what differs from the last announcement, and sets the person's next deadline.
  mutating func reconcile(_ user: UserID, at now: Instant) -> [PresenceEffect] {
    guard let person = people[user], let before = announced[user] else { return [] }
    let after = announcement(of: person, at: now)
    deadlines.set(person.nextDeadline(after: now, limits), for: .person(user))
    let toOthers = after.toOthers.differs(from: before.toOthers)
    let toSelf = after.toSelf.differs(from: before.toSelf)
    guard toOthers || toSelf || after.polling != before.polling else { return [] }
    var effects: [PresenceEffect] = []
    if toOthers || toSelf {
      announced[user] = after
      effects.append(.presenceChanged(user, toOthers: toOthers))
    }
    if after.polling != before.polling {
      announced[user]?.polling = after.polling
      effects.append(.pollingChanged(user, after.polling))
    }
    return effects
  }

  private mutating func rearm(_ user: UserID, at now: Instant) {
    deadlines.set(people[user]?.nextDeadline(after: now, limits), for: .person(user))
  }
}
