public import MatrixWire
public import Ports

/// What one turn of a roster's source brought.
public enum RosterStep: Hashable, Sendable {
  /// What is so now: everything, in place of all that was known before, or what has changed.
  case update([StreamEvent], isComplete: Bool)
  /// Nothing is heard. The source tries again by itself at `retryAt`, and at once after `Session.reconnect()`.
  case interrupted(SDKError, retryAt: Instant)
}
