public import Ports

/// Watches one keyboard: idle after a span without activity, back with the first act (Protocol 9.5).
///
/// A value told `now`. Says each beginning and each end exactly once; what is done about it is the caller's.
public struct IdleMonitor: Hashable, Sendable {
  public enum Change: Hashable, Sendable {
    /// The user has been away since that instant.
    case began(since: Instant)
    /// The user is back, after having been away since that instant.
    case ended(since: Instant)
  }

  /// How long without activity until idle; nil for never.
  public let limit: Duration?
  private var lastActivity: Instant
  public private(set) var isIdle = false

  /// - Parameters:
  ///   - limit: any positive span, or nil for never; the specification recommends 1 to 5 minutes.
  ///   - now: counts as the first activity.
  public init(limit: Duration?, now: Instant) {
    self.limit = limit
    self.lastActivity = now
  }

  /// When idleness begins if nothing happens; nil while it lasts, and where it never begins.
  public var deadline: Instant? { isIdle ? nil : limit.map { lastActivity + $0 } }

  /// Since when the keyboard is idle; nil while it is not.
  public var idleSince: Instant? { isIdle ? lastActivity : nil }

  /// The user did something.
  public mutating func activity(at now: Instant) -> Change? {
    let since = lastActivity
    lastActivity = max(lastActivity, now)
    guard isIdle else { return nil }
    isIdle = false
    return .ended(since: since)
  }

  /// Lets time pass; early calls are harmless.
  public mutating func expire(now: Instant) -> Change? {
    guard let deadline, now >= deadline else { return nil }
    isIdle = true
    return .began(since: lastActivity)
  }
}
