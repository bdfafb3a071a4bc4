public import MatrixWire
public import Ports

/// What one turn of the event stream brought.
public enum SyncStep: Hashable, Sendable {
  /// An answer. A complete one replaces everything known before; the others add to it.
  case answer(SyncAnswer, isComplete: Bool)
  /// No answer. The sequence tries again by itself at `retryAt`, and at once after `Session.reconnect()`.
  case interrupted(SDKError, retryAt: Instant)
}
