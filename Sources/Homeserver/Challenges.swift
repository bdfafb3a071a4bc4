internal import Ports

/// Names of user-interactive authentications that are under way, each for one purpose and once.
struct Challenges: Sendable {
  enum Purpose: Hashable, Sendable {
    case registration
    /// Somebody wants a device of theirs gone.
    case removal(Device)
  }

  private struct Challenge: Sendable {
    let purpose: Purpose
    let end: Instant
    /// What it is for is being done.
    var isReserved = false
  }

  private static let lifetime = Duration.seconds(15 * 60)
  private static let most = 1_000

  private var open: [String: Challenge] = [:]

  /// Where too many are open, the oldest makes room.
  mutating func open(_ session: String, for purpose: Purpose, at now: Instant) {
    if open.count >= Self.most {
      open = open.filter { $0.value.end > now }
      if open.count >= Self.most, let oldest = open.min(by: { $0.value.end < $1.value.end }) {
        open[oldest.key] = nil
      }
    }
    open[session] = Challenge(purpose: purpose, end: now + Self.lifetime)
  }

  func isOpen(_ session: String, for purpose: Purpose, at now: Instant) -> Bool {
    open[session].map { $0.purpose == purpose && $0.end > now && !$0.isReserved } ?? false
  }

  /// Keeps it for one who has passed it, until they have done what it is for.
  ///
  /// - Returns: false where it is not open (any more).
  mutating func reserve(_ session: String, for purpose: Purpose, at now: Instant) -> Bool {
    guard isOpen(session, for: purpose, at: now) else { return false }
    open[session]?.isReserved = true
    return true
  }

  /// Ends what was reserved: for ever where it was used, else it is open as before.
  mutating func release(_ session: String, isUsed: Bool) {
    if isUsed { open[session] = nil } else { open[session]?.isReserved = false }
  }
}
