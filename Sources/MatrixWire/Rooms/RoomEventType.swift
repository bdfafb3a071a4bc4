/// Types of events that the server itself sends or reads.
public enum RoomEventType {
  public static let create = "m.room.create"
  public static let member = "m.room.member"
  public static let powerLevels = "m.room.power_levels"
  public static let joinRules = "m.room.join_rules"
  public static let historyVisibility = "m.room.history_visibility"
  public static let guestAccess = "m.room.guest_access"
  public static let canonicalAlias = "m.room.canonical_alias"
  public static let name = "m.room.name"
  public static let topic = "m.room.topic"
  public static let redaction = "m.room.redaction"
  public static let thirdPartyInvite = "m.room.third_party_invite"
  /// Whether the members of a room share their presence (MSC4495, unstable).
  public static let presenceSharing = "org.continuwuity.presence_v2.msc4495.room.presence_sharing"

  /// What counts as unread in a room (client-server API, "Receiving notifications": the default push rules).
  public static let messages = ["m.room.message", "m.room.encrypted"]

  /// Account data of a room.
  public static let fullyRead = "m.fully_read"
}
