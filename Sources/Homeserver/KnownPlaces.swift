internal import MatrixWire

/// From where accounts were used of late: addresses that showed the right password or token. Guesses made anywhere else
/// do not lock those out who come from there.
///
/// A few for each account and no more; forgotten when the server ends.
struct KnownPlaces: Sendable {
  private static let mostPerAccount = 8

  /// Newest last.
  private var addresses: [UserID: [RateLimiter.Subject]] = [:]

  func contains(_ address: RateLimiter.Subject, of user: UserID) -> Bool {
    addresses[user]?.contains(address) ?? false
  }

  mutating func insert(_ address: RateLimiter.Subject, of user: UserID) {
    var known = addresses[user] ?? []
    guard known.last != address else { return }
    known.removeAll { $0 == address }
    known.append(address)
    addresses[user] = Array(known.suffix(Self.mostPerAccount))
  }
}
