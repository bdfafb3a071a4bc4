public import MatrixWire
public import Ports

/// What of one user's presence must survive, in wall time.
public struct PresenceRecord: Hashable, Sendable {
  /// What others saw at the instant of hiding.
  public struct Frozen: Hashable, Sendable {
    @Bytewise public var statusMessage: String?
    public var lastActive: WallTime

    public init(statusMessage: String?, lastActive: WallTime) {
      self.statusMessage = statusMessage
      self.lastActive = lastActive
    }
  }

  public var user: UserID
  public var choice: PresenceState
  @Bytewise public var statusMessage: String?
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
    lists.set(record.relationship, of: record.owner, for: record.observed)
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
}
