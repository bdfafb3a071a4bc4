internal import MatrixWire
internal import Ports

/// When an access token is to be renewed.
struct TokenTerm: Hashable, Sendable {
  /// From when on.
  private(set) var due: Instant
  /// When it expires.
  let end: Instant

  /// Longer than a poll waits, so that none begins with a token that expires meanwhile.
  private static let lead: Duration = .seconds(60)
  /// Between two tries while the server cannot renew it.
  private static let pause: Duration = .seconds(15)

  /// - Returns: nil for a token that does not expire, or that cannot be renewed.
  init?(_ credentials: Credentials, from now: Instant) {
    guard credentials.refreshToken != nil, let milliseconds = credentials.expiresIn else { return nil }
    let life: Duration = .milliseconds(TokenLife.clamped(milliseconds))
    end = now + life
    due = now + (life >= Self.lead * 2 ? life - Self.lead : life / 2)
  }

  /// Puts the next try off.
  mutating func postpone(at now: Instant) { due = max(due, now + Self.pause) }
}
