internal import Ports

/// Whole seconds, as a countdown says them.
enum Countdown {
  /// Whole seconds until then: never 0 before it is over.
  static func seconds(until deadline: Instant, from now: Instant) -> Int64 {
    let left = deadline - now
    guard left > .zero else { return 0 }
    return left.components.seconds + (left.components.attoseconds > 0 ? 1 : 0)
  }

  /// When it says another number.
  static func nextSecond(before deadline: Instant, after now: Instant) -> Instant {
    max(now, deadline - .seconds(max(0, seconds(until: deadline, from: now) - 1)))
  }
}
