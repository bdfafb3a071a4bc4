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
    public internal(set) var invitedAt: Moment
    public internal(set) var acceptedAt: Moment?
    /// When the invite last went out, for the limit on repeating it.
    var sentAt: Instant
  }

  private var watching: [UserID: [UserID: Entry]] = [:]
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

  // MARK: The owner's side

  mutating func setEntry(_ entry: Entry?, of owner: UserID, for observed: UserID) {
    watching[owner, default: [:]][observed] = entry
    if watching[owner]?.isEmpty == true { watching[owner] = nil }
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
