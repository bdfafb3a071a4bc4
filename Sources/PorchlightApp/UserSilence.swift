internal import Ports
internal import Screen

/// How long nobody has touched the terminal: whoever comes back wants to see what is so now, and meanwhile the way to
/// the server may have changed without a word (another network, a suspended machine).
struct UserSilence: Hashable, Sendable {
  /// From then on an input says that somebody is back.
  private static let limit: Duration = .seconds(120)

  private var lastInput: Instant

  init(now: Instant) { lastInput = now }

  /// - Returns: Whether the input ends a silence that was long, or a stop of the process.
  mutating func ends(with input: InputEvent, at now: Instant) -> Bool {
    switch input {
    case .resumed:
      lastInput = now
      return true
    case .key, .paste:
      defer { lastInput = now }
      return now - lastInput >= Self.limit
    default: return false
    }
  }
}
