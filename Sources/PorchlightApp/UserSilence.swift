internal import Ports
internal import Screen

/// How long the user has not touched the terminal. A user who comes back wants to see the present state, and meanwhile
/// the way to the server may have changed without a sign (another network, a suspended machine).
struct UserSilence: Hashable, Sendable {
  /// From then on an input means that the user is back.
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
