public import Ports

/// What one turn of a roster's source brought.
public enum RosterStep: Hashable, Sendable {
  /// What is special about the source is known now; it was taken for one of lists before. Comes before any update.
  case settled(RosterTraits)
  /// Something is so now that was not known.
  case update(RosterUpdate)
  /// Nothing is heard. The source tries again by itself at `retryAt`, and at once after `Session.reconnect()`.
  case interrupted(SDKError, retryAt: Instant)
}
