public import MatrixWire
public import Ports

/// What of one user's presence must survive, in wall time.
public struct PresenceRecord: Hashable, Sendable {
  /// What others saw at the instant of hiding.
  public struct Frozen: Hashable, Sendable {
    public var statusMessage: String?
    public var lastActive: WallTime

    public init(statusMessage: String?, lastActive: WallTime) {
      self.statusMessage = statusMessage
      self.lastActive = lastActive
    }
  }

  public var user: UserID
  public var choice: PresenceState
  public var statusMessage: String?
  public var lastActive: WallTime
  /// Set while the person hides.
  public var frozen: Frozen?
  /// When the person last stopped hiding.
  public var lastHidden: WallTime?
  /// The profile that others go on being shown while the user hides or appears offline. The rules know no profiles: the
  /// caller that stores the record sets it.
  public var shownProfile: Profile?

  public init(
    user: UserID, choice: PresenceState = .online, statusMessage: String? = nil, lastActive: WallTime,
    frozen: Frozen? = nil, lastHidden: WallTime? = nil, shownProfile: Profile? = nil
  ) {
    self.user = user
    self.choice = choice
    self.statusMessage = statusMessage
    self.lastActive = lastActive
    self.frozen = frozen
    self.lastHidden = lastHidden
    self.shownProfile = shownProfile
  }
}

/// What is worth keeping of a device: what it reported.
public struct DeviceActivityRecord: Hashable, Sendable {
  public var user: UserID
  public var device: DeviceID
  public var type: DeviceType?
  /// Has used E5 to speak of idleness.
  public var reports: Bool
  public var idleSince: WallTime?
  /// Whether it was connected then. After a start it counts as seen a moment ago, and ages from there.
  public var isConnected: Bool

  public init(
    user: UserID, device: DeviceID, type: DeviceType? = nil, reports: Bool = false,
    idleSince: WallTime? = nil, isConnected: Bool = false
  ) {
    self.user = user
    self.device = device
    self.type = type
    self.reports = reports
    self.idleSince = idleSince
    self.isConnected = isConnected
  }
}

/// The relation of two users, from both sides.
public struct RelationshipRecord: Hashable, Sendable {
  public var owner: UserID
  public var observed: UserID
  public var relationship: PresenceLists.Relationship

  public init(owner: UserID, observed: UserID, relationship: PresenceLists.Relationship) {
    self.owner = owner
    self.observed = observed
    self.relationship = relationship
  }
}

extension Moment {
  /// The wall time of an instant, and back. Where the clock was set meanwhile, no result lies in the future.
  func wallTime(of instant: Instant) -> WallTime {
    WallTime(milliseconds: wall.milliseconds - Int64((self.instant - instant).wholeMilliseconds))
  }

  func instant(of time: WallTime) -> Instant {
    let (age, overflow) = wall.milliseconds.subtractingReportingOverflow(time.milliseconds)
    // Only where a stored time is far from any that can be.
    guard !overflow else { return time < wall ? Instant(nanoseconds: .min) : instant }
    return instant - .milliseconds(max(0, age))
  }
}

// MARK: Restoring

extension PresenceRules {
  /// A user as they were stored. Their devices are gone: clients that were connected connect again.
  public mutating func restore(_ record: PresenceRecord, now: Moment) {
    restore(PersonPresence(record, now: now), of: record.user, now: now)
  }

  /// What a device said of itself before.
  public mutating func restore(_ record: DeviceActivityRecord, now: Moment) {
    var device = DevicePresence(at: now.instant)
    device.type = record.type
    device.reports = record.reports
    device.idleSince = record.idleSince.map { now.instant(of: $0) }
    if record.isConnected { device.lastStreamEnd = now.instant }
    people[record.user]?.devices[record.device] = device
    if let person = people[record.user] { restore(person, of: record.user, now: now) }
  }

  /// The relation of two users. Invites that were never delivered are delivered with `askWaiting(now:)`.
  public mutating func restore(_ record: RelationshipRecord, now: Moment) {
    lists.restore(record.relationship, of: record.owner, for: record.observed)
    if let askedAt = record.relationship.askedAt, !isLocal(record.owner) {
      deadlines.set(
        now.instant(of: askedAt) + limits.inviteLifetime,
        for: .received(owner: record.owner, observed: record.observed))
      recentInvites.append(.init(owner: record.owner, observed: record.observed), ())
    }
    guard let entry = record.relationship.entry else { return }
    lastEntry = max(lastEntry, entry.order)
    guard entry.state == .pending else { return }
    deadlines.set(
      now.instant(of: entry.invitedAt) + limits.inviteLifetime,
      for: .invite(owner: record.owner, observed: record.observed))
  }

  /// What has to be stored of a person now.
  public func record(of user: UserID, now: Moment) -> PresenceRecord? {
    people[user].map { $0.record(of: user, now: now) }
  }

  /// What is worth keeping of a user's devices now.
  public func deviceRecords(of user: UserID, now: Moment) -> [DeviceActivityRecord] {
    (people[user]?.devices ?? [:]).map { id, device in
      DeviceActivityRecord(
        user: user, device: id, type: device.type, reports: device.reports,
        idleSince: device.idleSince.map { now.wallTime(of: $0) },
        isConnected: device.isConnected(at: now.instant, limits))
    }
  }

  // MARK: Trials

  /// What a trial does not copy and has to reckon with.
  struct BeyondTrial: Hashable, Sendable {
    /// How many local users wait for each user's answer beside those who were copied.
    var takenPlaces: [UserID: Int] = [:]
    /// Servers with an accepted relation in either direction.
    var met: Set<ServerName> = []
  }

  /// A small copy of one user's part of the rules, with exactly the same behaviour: a step that is tried on it tells
  /// what has to be stored before it is taken.
  public func trial(of user: UserID) -> PresenceRules {
    var trial = PresenceRules(server: server, limits: limits, autoAccept: defaultAutoAccept)
    trial.people[user] = people[user]
    trial.copyAnnouncement(of: user, from: self)
    return trial
  }

  /// The same, with the relations of one user with some others. It is made alike for users who exist and for names
  /// without an account.
  public func trial(of user: UserID, with others: [UserID]) -> PresenceRules {
    var trial = PresenceRules(server: server, limits: limits, autoAccept: defaultAutoAccept)
    var copied = 0
    for other in Set(others + [user]) {
      // Needed for this policy alone; anywhere else the time of the lookup would tell.
      if autoAccept(of: other) == .always { trial.known[other] = exists(other) }
      trial.setAutoAccept(autoAcceptance(of: other), of: other)
      for (owner, observed) in [(user, other), (other, user)] where owner != observed {
        trial.lists.restore(lists.relationship(of: owner, for: observed), of: owner, for: observed)
        let question = PresenceLists.Relation(owner: owner, observed: observed)
        trial.questions[question] = questions[question]
        trial.heard.copy(question, from: heard)
      }
      if lists.entry(of: user, for: other) != nil { copied += 1 }
    }
    for other in Set(others + [user]) {
      let taken =
        lists.inviteCount(for: other, from: server) - trial.lists.inviteCount(for: other, from: server)
      if taken > 0 { trial.beyondTrial.takenPlaces[other] = taken }
    }
    trial.limits.pendingEntries -= lists.pendingCount(of: user) - trial.lists.pendingCount(of: user)
    // Those who were not copied are on the list too, and wait for an answer.
    trial.limits.listEntries -= lists.entries(of: user).count - copied
    func elsewhere(_ lists: PresenceLists) -> Int {
      lists.invites(for: user).count - lists.inviteCount(for: user, from: server)
    }
    trial.limits.waitingInvites -= elsewhere(lists) - elsewhere(trial.lists)
    trial.limits.heardInvites -= heard.count - trial.heard.count
    trial.limits.heardInvitesOfStrangers -= heard.countOfStrangers - trial.heard.countOfStrangers
    if let peer = others.first?.server, others.count == 1, peer != server {
      trial.limits.waitingInvitesPerServer -=
        lists.inviteCount(for: user, from: peer) - trial.lists.inviteCount(for: user, from: peer)
      trial.limits.heardInvitesPerServer -= heard.count(of: peer) - trial.heard.count(of: peer)
      if isMet(peer) { trial.beyondTrial.met = [peer] }
    }
    trial.meetsOthers = meetsOthers
    trial.lastEntry = lastEntry
    return trial
  }

  /// The relations of a user with others, in both directions.
  public func relationships(of user: UserID, with others: [UserID]) -> [RelationshipRecord] {
    Set(others).subtracting([user]).sorted().flatMap { other in
      [(user, other), (other, user)].map { owner, observed in
        RelationshipRecord(
          owner: owner, observed: observed, relationship: lists.relationship(of: owner, for: observed))
      }
    }
  }
}
