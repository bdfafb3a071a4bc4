internal import Ports

/// How long a poll may wait on the present way to the server: learned from polls that a proxy cut.
///
/// Halved by each cut, down to a second. Doubled again after a while without one, in case the way has changed; a longer
/// poll that is cut at once makes the next try later.
struct PollLength: Hashable, Sendable {
  /// A cut before that is a failure like any other: it says nothing about how long a poll may wait.
  static let shortest: Duration = .seconds(1)
  private static let firstProbe: Duration = .seconds(600)
  private static let lastProbe: Duration = .seconds(7200)

  private let longest: Duration
  /// How long the next poll is to wait.
  private(set) var current: Duration
  /// How long after a cut a longer poll is tried.
  private var patience = firstProbe
  private var probeAt: Instant?
  private var isProbing = false

  /// - Parameter longest: what the caller wants; where it is below a second, nothing is learned.
  init(longest: Duration) {
    self.longest = longest
    current = longest
  }

  /// The connection of a poll ended while it waited.
  ///
  /// - Parameters:
  ///   - stood: since the poll was sent.
  ///   - now: when it was cut.
  /// - Returns: whether it was cut for its length, rather than refused by a way that is down.
  mutating func cut(after stood: Duration, at now: Instant) -> Bool {
    guard stood >= Self.shortest else { return false }
    current = max(min(longest, Self.shortest), current / 2)
    if isProbing { patience = min(patience * 2, Self.lastProbe) }
    isProbing = false
    probeAt = now + patience
    return true
  }

  /// A poll was answered after it waited for its whole length.
  mutating func passed(at now: Instant) {
    guard current < longest else {
      (isProbing, probeAt, patience) = (false, nil, Self.firstProbe)
      return
    }
    // Where a longer one has passed the way has changed: on to the next length at once.
    guard isProbing || probeAt.map({ $0 <= now }) ?? false else { return }
    isProbing = true
    current = min(longest, current * 2)
  }
}
