/// How often something may be done, by one person or from one address. Nil is as often as one likes.
///
/// Addresses of this machine itself are not counted: behind a proxy that is not told of everybody has one of them.
public struct RateLimits: Hashable, Sendable {
  /// So many at once, and then so many each second.
  public struct Rate: Hashable, Sendable {
    public var perSecond: Double
    public var burst: Int

    public init(perSecond: Double, burst: Int) {
      self.perSecond = perSecond
      self.burst = burst
    }
  }

  /// Logins, right or wrong: into one account, and from one address (`PasswordGuard` says who counts where).
  public var login: Rate? = Rate(perSecond: 2, burst: 60)
  /// Logins with a wrong name or password: into one account, and from one address.
  public var failedLogin: Rate? = Rate(perSecond: 0.1, burst: 20)
  /// Requests to register, from one address.
  public var registration: Rate? = Rate(perSecond: 1, burst: 60)
  /// Changes of one's own status and profile, and what devices say of themselves.
  public var status: Rate? = Rate(perSecond: 10, burst: 100)
  /// Users invited by one user: to rooms, and to be seen by them.
  public var invites: Rate? = Rate(perSecond: 1, burst: 200)
  /// What one user says in rooms: events of any kind, typing and receipts.
  public var messages: Rate? = Rate(perSecond: 20, burst: 500)
  /// Rooms that one user joins or knocks at.
  public var joins: Rate? = Rate(perSecond: 1, burst: 200)
  /// Rooms that one user makes.
  public var roomCreations: Rate? = Rate(perSecond: 0.2, burst: 100)
  /// Everything: of one person, and without a session from one address.
  public var requests: Rate? = Rate(perSecond: 200, burst: 2000)
  /// Keys of other servers that are fetched for clients of the notary: from one address, and in all.
  public var keyFetches: Rate? = Rate(perSecond: 1, burst: 50)
  public var keyFetchesOfAnybody: Rate? = Rate(perSecond: 5, burst: 100)

  /// What no roster and no person will meet.
  public init() {}

  /// No limits at all.
  public static let none: RateLimits = {
    var limits = RateLimits()
    limits.login = nil
    limits.failedLogin = nil
    limits.registration = nil
    limits.status = nil
    limits.invites = nil
    limits.messages = nil
    limits.joins = nil
    limits.roomCreations = nil
    limits.requests = nil
    limits.keyFetches = nil
    limits.keyFetchesOfAnybody = nil
    return limits
  }()
}
