public import MatrixWire
public import Ports

/// What became known of another server or its users, for `PresenceRules.apply`.
public enum RemoteUpdate: Hashable, Sendable {
  /// The user's own server says it.
  case state(UserID, PresenceContent, heardAt: Instant)
  /// Nothing certain is known of a user any more.
  case unknown(UserID, because: UnknownReason)
  /// The server does not answer.
  case silent(ServerName)
  /// The server answers again.
  case back(ServerName)
}
