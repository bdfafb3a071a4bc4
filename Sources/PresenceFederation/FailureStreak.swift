internal import Ports

/// Failed attempts in a row, and how long to wait after them.
struct FailureStreak: Sendable {
  private(set) var failures = 0
  /// Attempts in a row that were not answered at all.
  private(set) var unanswered = 0
  private(set) var since: Instant?
  /// How often in a row the peer said that our epoch is behind.
  private(set) var timesBehind = 0

  /// Counts a failed attempt.
  ///
  /// - Parameters:
  ///   - reason: why it failed.
  ///   - asks: whether it was a poll or a reminder: one that is refused counts as unanswered (R6).
  ///   - now: the time.
  mutating func failed(because reason: AttemptFailure, asks: Bool, at now: Instant) {
    failures += 1
    switch reason {
    // A peer that is busy is there.
    case .busy: unanswered = 0
    case .noAnswer: unanswered += 1
    case .refused: unanswered += asks ? 1 : 0
    }
    if since == nil { since = now }
  }

  /// The peer was answered that it has heard of a later life of this server.
  mutating func wasBehind() { timesBehind += 1 }

  /// A sign of life: whether attempts arrive is seen anew.
  mutating func reset() { (failures, unanswered) = (0, 0) }

  /// How long the failures go on.
  func span(at now: Instant) -> Duration { since.map { now - $0 } ?? .zero }

  /// How long to wait until the next attempt: twice as long each time, give or take a fifth.
  func backoff(upTo cap: Duration, _ agenda: inout Agenda) -> Duration {
    let first = agenda.timing.firstRetry
    guard failures > 1 else { return first }
    let doubled = first * (1 << min(failures - 1, 12))
    return min(agenda.span(0.8...1.2, of: min(doubled, cap)), cap)
  }
}
