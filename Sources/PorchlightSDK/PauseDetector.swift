internal import Ports

/// Notices that this process did not run for a while: the machine was suspended, or the process was stopped.
///
/// Connections may have died meanwhile without a sign. It is told the time at looks that are meant to be `interval`
/// apart.
struct PauseDetector: Hashable, Sendable {
  /// Between two looks. A wake-up each, so not shorter than needed.
  static let interval: Duration = .seconds(5)
  /// By how much a look may be late on a loaded machine, and a wall clock be corrected, without a pause.
  private static let tolerance: Duration = .seconds(5)

  private var last: Moment

  init(now: Moment) { last = now }

  /// When to look next.
  var nextLook: Instant { last.instant + Self.interval }

  /// - Returns: Whether there was a pause since the last look: the look comes too late, or the wall clock went on while
  ///   the clock for deadlines stood still.
  mutating func look(at now: Moment) -> Bool {
    defer { last = now }
    let elapsed = now.instant - last.instant
    let (difference, overflow) = now.wall.milliseconds.subtractingReportingOverflow(last.wall.milliseconds)
    guard !overflow else { return true }
    return elapsed > Self.interval + Self.tolerance || .milliseconds(difference) - elapsed > Self.tolerance
  }
}
