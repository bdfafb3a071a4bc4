public import MatrixWire
public import Ports

/// Who watches whom, with consent (protocol 3.4, 3.6, 6.5).
///
/// Two sides are kept apart, because each may live on another server: what an owner has on their list, and
/// whom an observed person has allowed. Only the observed side decides what may be seen.
public struct PresenceLists: Hashable, Sendable {
  /// One person on an owner's list.
  public struct Entry: Hashable, Sendable {
    /// `pending` or `accepted`.
    public internal(set) var state: ListState
    public internal(set) var groups: [String] = []
    /// Place among all entries, by when they came onto their list; instants may be equal.
    public internal(set) var order: UInt64
    public internal(set) var invitedAt: Moment
    public internal(set) var acceptedAt: Moment?
  }

  /// Who stands on whose list.
  struct Relation: Hashable, Sendable {
    let owner: UserID
    let observed: UserID
  }

  private var watching: [UserID: [UserID: Entry]] = [:]
  /// The entries that name people of a server.
  private var byServer: [ServerName: Set<Relation>] = [:]
  private var asking: [UserID: [UserID: WallTime]] = [:]
  private var allowed: [UserID: Set<UserID>] = [:]
  /// The other direction of `allowed` for local observers: who has to hear of a change.
  private var audiences: [UserID: Set<UserID>] = [:]

  public init() {}

  /// The list of an owner.
  public func entries(of owner: UserID) -> [UserID: Entry] { watching[owner] ?? [:] }

  /// One entry of an owner's list.
  public func entry(of owner: UserID, for observed: UserID) -> Entry? { watching[owner]?[observed] }

  /// Who waits for a person's answer, and since when.
  public func invites(for observed: UserID) -> [UserID: WallTime] { asking[observed] ?? [:] }

  /// Whom a person has allowed to see them.
  public func observers(of observed: UserID) -> Set<UserID> { allowed[observed] ?? [] }

  /// Owners who have a person on their list, accepted. Whether they may see is asked at delivery.
  public func audience(of observed: UserID) -> Set<UserID> { audiences[observed] ?? [] }

  /// Whether `observed` has allowed `observer`.
  public func isAllowed(_ observer: UserID, toSee observed: UserID) -> Bool {
    allowed[observed]?.contains(observer) ?? false
  }

  /// Every entry that names somebody of a server.
  func relations(with server: ServerName) -> Set<Relation> { byServer[server] ?? [] }

  // MARK: The owner's side

  mutating func setEntry(_ entry: Entry?, of owner: UserID, for observed: UserID) {
    watching[owner, default: [:]][observed] = entry
    if watching[owner]?.isEmpty == true { watching[owner] = nil }
    let (server, relation) = (observed.server, Relation(owner: owner, observed: observed))
    if entry == nil {
      byServer[server]?.remove(relation)
      if byServer[server]?.isEmpty == true { byServer[server] = nil }
    } else {
      byServer[server, default: []].insert(relation)
    }
    if entry?.state == .accepted {
      audiences[observed, default: []].insert(owner)
    } else {
      audiences[observed]?.remove(owner)
      if audiences[observed]?.isEmpty == true { audiences[observed] = nil }
    }
  }

  // MARK: The observed person's side

  mutating func setInvite(_ receivedAt: WallTime?, from observer: UserID, to observed: UserID) {
    asking[observed, default: [:]][observer] = receivedAt
    if asking[observed]?.isEmpty == true { asking[observed] = nil }
  }

  mutating func setAllowed(_ isAllowed: Bool, _ observer: UserID, toSee observed: UserID) {
    if isAllowed {
      allowed[observed, default: []].insert(observer)
    } else {
      allowed[observed]?.remove(observer)
      if allowed[observed]?.isEmpty == true { allowed[observed] = nil }
    }
  }
}
