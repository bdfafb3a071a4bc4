internal import Ports

/// How many lookups of other servers there may be: so many at once, and then so many each second, whatever they
/// are about.
public struct LookupRate: Hashable, Sendable {
  public var perSecond: Int
  public var burst: Int

  public init(perSecond: Int, burst: Int) {
    self.perSecond = perSecond
    self.burst = burst
  }
}

/// What is left of a rate, as a value: the instant at which all of it is there again.
struct LookupBudget {
  private let interval: Duration
  private let burst: Int
  private var fullAt: Instant?

  init(_ rate: LookupRate) {
    interval = .seconds(1) / max(1, rate.perSecond)
    burst = max(1, rate.burst)
  }

  /// - Returns: whether one more question may be asked now.
  mutating func take(now: Instant) -> Bool {
    let full = max(fullAt ?? now, now) + interval
    guard full - now <= interval * burst else { return false }
    fullAt = full
    return true
  }
}
