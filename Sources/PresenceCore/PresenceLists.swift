public import MatrixWire
public import Ports

/// Who watches whom, with consent (Protocol 3.4, 3.6, 6.5).
///
/// The two sides are kept apart, because each may be on another server: what an owner has on their list, and whom an
/// observed user has allowed. Only the observed side decides what may be seen.
public struct PresenceLists: Hashable, Sendable {
  /// One person on an owner's list.
  public struct Entry: Hashable, Sendable {
    /// `pending` or `accepted`.
    public internal(set) var state: ListState
    @Bytewise public internal(set) var groups: [String] = []
    /// Place among all entries, by when they came onto their list; instants may be equal.
    public internal(set) var order: UInt64
    public internal(set) var invitedAt: WallTime
    public internal(set) var acceptedAt: WallTime?

    /// An entry as it was stored.
    public init(
      state: ListState, groups: [String] = [], order: UInt64, invitedAt: WallTime,
      acceptedAt: WallTime? = nil
    ) {
      self.state = state
      self.groups = groups
      self.order = order
      self.invitedAt = invitedAt
      self.acceptedAt = acceptedAt
    }
  }

  /// The relation of an owner and an observed user: the owner's entry, and the observed user's side.
  public struct Relationship: Hashable, Sendable {
    public var entry: Entry?
    /// When the observed user was asked, while they have not answered.
    public var askedAt: WallTime?
    /// Whether the observed user allows the owner to see them.
    public var isAllowed: Bool
    /// The name of a remote owner's invite, while it waits or is allowed, as their server chose it.
    public var inviteID: Int64?
    /// The invite that was last denied. It is not heard again, however late it is repeated.
    public var declined: Int64?

    public init(
      entry: Entry? = nil, askedAt: WallTime? = nil, isAllowed: Bool = false, inviteID: Int64? = nil,
      declined: Int64? = nil
    ) {
      self.entry = entry
      self.askedAt = askedAt
      self.isAllowed = isAllowed
      self.inviteID = inviteID
      self.declined = declined
    }

    /// Whether there is nothing between them, and nothing to remember.
    public var isNothing: Bool { entry == nil && askedAt == nil && !isAllowed && declined == nil }
  }

  /// What the observed user's side remembers of a remote owner's invites.
  private struct InviteIDs: Hashable, Sendable {
    var open: Int64?
    var declined: Int64?
  }

  private var watching: [UserID: [UserID: Entry]] = [:]
  /// The entries that name people of a server.
  private var byServer: [ServerName: Set<Relation>] = [:]
  /// Who waits for the answer of a user, from the owners' side.
  private var pending: [UserID: Set<UserID>] = [:]
  /// How many people each owner waits for.
  private var pendingCounts: [UserID: Int] = [:]
  private var asking: [UserID: [UserID: WallTime]] = [:]
  /// How many of the users who ask are of each server.
  private var askingServers: [UserID: [ServerName: Int]] = [:]
  private var allowed: [UserID: Set<UserID>] = [:]
  /// The other direction of `allowed` for local observers: who has to hear of a change.
  private var audiences: [UserID: Set<UserID>] = [:]
  /// How many users of each server a user has allowed.
  private var allowedServers: [UserID: [ServerName: Int]] = [:]
  private var inviteIDs: [Relation: InviteIDs] = [:]
  /// How many relations with users of each server are accepted, in either direction.
  private var met: [ServerName: Int] = [:]

  public init() {}

  /// The list of an owner.
  public func entries(of owner: UserID) -> [UserID: Entry] { watching[owner] ?? [:] }

  /// One entry of an owner's list.
  public func entry(of owner: UserID, for observed: UserID) -> Entry? { watching[owner]?[observed] }

  /// Who waits for a user's answer, and since when.
  public func invites(for observed: UserID) -> [UserID: WallTime] { asking[observed] ?? [:] }

  /// How many users of a server wait for a user's answer.
  public func inviteCount(for observed: UserID, from server: ServerName) -> Int {
    askingServers[observed]?[server] ?? 0
  }

  /// How many people an owner waits for.
  func pendingCount(of owner: UserID) -> Int { pendingCounts[owner] ?? 0 }

  /// Whom a person has allowed to see them.
  public func observers(of observed: UserID) -> Set<UserID> { allowed[observed] ?? [] }

  /// Owners with an accepted entry for a user. Whether they may see the user is asked at delivery.
  public func audience(of observed: UserID) -> Set<UserID> { audiences[observed] ?? [] }

  /// Whether any owner has an accepted entry for a user.
  func hasAudience(_ observed: UserID) -> Bool { audiences.index(forKey: observed) != nil }

  /// Whether `observed` has allowed `observer`.
  public func isAllowed(_ observer: UserID, toSee observed: UserID) -> Bool {
    allowed[observed]?.contains(observer) ?? false
  }

  /// Whether `observed` has allowed any user of a server: what that server may be told of them.
  public func isAllowed(_ server: ServerName, toSee observed: UserID) -> Bool {
    allowedServers[observed]?[server] != nil
  }

  /// Servers with an accepted relation in either direction; this one too, if it has any.
  public var serversMet: Dictionary<ServerName, Int>.Keys { met.keys }

  /// How many relations with users of a server are accepted.
  func meetings(with server: ServerName) -> Int { met[server] ?? 0 }

  private mutating func meet(_ server: ServerName, _ change: Int) {
    let count = (met[server] ?? 0) + change
    met[server] = count == 0 ? nil : count
  }

  /// The relation of an owner and an observed user.
  public func relationship(of owner: UserID, for observed: UserID) -> Relationship {
    let ids = inviteIDs[Relation(owner: owner, observed: observed)]
    return Relationship(
      entry: entry(of: owner, for: observed), askedAt: invites(for: observed)[owner],
      isAllowed: isAllowed(owner, toSee: observed), inviteID: ids?.open, declined: ids?.declined)
  }

  /// Every entry that names a user of a server.
  func relations(with server: ServerName) -> Set<Relation> { byServer[server] ?? [] }

  /// Makes the relation of two users another one.
  mutating func set(_ relationship: Relationship, of owner: UserID, for observed: UserID) {
    if relationship.entry != entry(of: owner, for: observed) {
      setEntry(relationship.entry, of: owner, for: observed)
    }
    setInvite(relationship.askedAt, from: owner, to: observed)
    setAllowed(relationship.isAllowed, owner, toSee: observed)
    setInviteIDs(
      InviteIDs(open: relationship.inviteID, declined: relationship.declined),
      Relation(owner: owner, observed: observed))
  }

  /// Every entry that nobody answered yet.
  var pendingRelations: [Relation] {
    pending.flatMap { observed, owners in owners.map { Relation(owner: $0, observed: observed) } }
  }

  /// Who waits for the answer of a user.
  func owners(waitingFor observed: UserID) -> Set<UserID> { pending[observed] ?? [] }

  // MARK: The owner's side

  private mutating func setEntry(_ entry: Entry?, of owner: UserID, for observed: UserID) {
    let isNew = (entry?.state == .accepted, watching[owner]?[observed]?.state == .accepted)
    let waits = (entry?.state == .pending, watching[owner]?[observed]?.state == .pending)
    if waits.0 != waits.1 {
      let count = pendingCount(of: owner) + (waits.0 ? 1 : -1)
      pendingCounts[owner] = count == 0 ? nil : count
    }
    if isNew.0 != isNew.1 { meet(observed.server, isNew.0 ? 1 : -1) }
    watching[owner, default: [:]][observed] = entry
    if watching[owner]?.isEmpty == true { watching[owner] = nil }
    let (server, relation) = (observed.server, Relation(owner: owner, observed: observed))
    if entry == nil {
      byServer[server]?.remove(relation)
      if byServer[server]?.isEmpty == true { byServer[server] = nil }
    } else {
      byServer[server, default: []].insert(relation)
    }
    if entry?.state == .pending {
      pending[observed, default: []].insert(owner)
    } else {
      pending[observed]?.remove(owner)
      if pending[observed]?.isEmpty == true { pending[observed] = nil }
    }
    if entry?.state == .accepted {
      audiences[observed, default: []].insert(owner)
    } else {
      audiences[observed]?.remove(owner)
      if audiences[observed]?.isEmpty == true { audiences[observed] = nil }
    }
  }

  // MARK: The observed person's side

  private mutating func setInvite(_ receivedAt: WallTime?, from observer: UserID, to observed: UserID) {
    guard receivedAt != asking[observed]?[observer] else { return }
    let change = (receivedAt == nil ? 0 : 1) - (asking[observed]?[observer] == nil ? 0 : 1)
    if change != 0 {
      let count = inviteCount(for: observed, from: observer.server) + change
      askingServers[observed, default: [:]][observer.server] = count == 0 ? nil : count
      if askingServers[observed]?.isEmpty == true { askingServers[observed] = nil }
    }
    asking[observed, default: [:]][observer] = receivedAt
    if asking[observed]?.isEmpty == true { asking[observed] = nil }
  }

  private mutating func setAllowed(_ isAllowed: Bool, _ observer: UserID, toSee observed: UserID) {
    guard isAllowed != self.isAllowed(observer, toSee: observed) else { return }
    meet(observer.server, isAllowed ? 1 : -1)
    let ofServer = (allowedServers[observed]?[observer.server] ?? 0) + (isAllowed ? 1 : -1)
    allowedServers[observed, default: [:]][observer.server] = ofServer == 0 ? nil : ofServer
    if isAllowed {
      allowed[observed, default: []].insert(observer)
    } else {
      allowed[observed]?.remove(observer)
    }
    if allowed[observed]?.isEmpty == true { (allowed[observed], allowedServers[observed]) = (nil, nil) }
  }

  private mutating func setInviteIDs(_ those: InviteIDs, _ relation: Relation) {
    let isNothing = those == InviteIDs()
    guard !isNothing || inviteIDs[relation] != nil else { return }
    inviteIDs[relation] = isNothing ? nil : those
  }
}
