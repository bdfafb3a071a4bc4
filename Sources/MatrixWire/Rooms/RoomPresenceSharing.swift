/// Whether members of a room are to share their presence with each other: the content of a state event (MSC4495, "Selective
/// presence", unstable name).
public enum RoomPresenceSharing: String, Hashable, Sendable {
  case forbid
  case suggest

  /// The type of the event; its state key is empty.
  public static let eventType = "org.continuwuity.presence_v2.msc4495.room.presence_sharing"
  /// The key in its content.
  static let key: WireKey = "presence_sharing"
}
