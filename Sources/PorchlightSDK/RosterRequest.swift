public import MatrixWire
public import Ports

/// Something that a user wants done about their roster. A value: each `RosterSource` translates it into what its server
/// understands.
public enum RosterRequest: Hashable, Sendable {
  case change(ContactChange)
  /// Choice and text, together.
  case publish(StatusUpdate)
  /// Since when the keyboard is idle, on the session's clock; nil for "the user is there".
  case idle(since: Instant?)
}
