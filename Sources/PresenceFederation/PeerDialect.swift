/// Which form of the protocol a peer speaks.
struct PeerDialect: Sendable {
  /// Nil while nothing came from the peer.
  var speaksAdditions: Bool?
  /// Has polled without our additions: a server of the first design.
  var hasPolled = false

  /// A server of today: it pushes by rooms, and never answers (R12).
  var isModern: Bool { speaksAdditions == false && !hasPolled }

  /// - Returns: whether that is news.
  mutating func learn(speaksAdditions: Bool) -> Bool {
    guard self.speaksAdditions != speaksAdditions else { return false }
    self.speaksAdditions = speaksAdditions
    return true
  }

  /// Notes a poll without our additions.
  ///
  /// - Returns: whether it is the first.
  mutating func polled() -> Bool {
    defer { hasPolled = true }
    return !hasPolled
  }
}
