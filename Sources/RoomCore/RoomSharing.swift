internal import MatrixWire

/// Whether a room asks its members to share their presence with each other (MSC4495).
public enum RoomSharing: String, Hashable, Sendable {
  case suggest
  case forbid

  /// What the room's event says; nil for what nobody knows.
  init?(_ content: CanonicalJSON.Object) {
    guard let text = content["presence_sharing"]?.text else { return nil }
    self.init(rawValue: text)
  }

  /// The content that says so.
  var content: CanonicalJSON.Object { ["presence_sharing": .string(rawValue)] }
}
