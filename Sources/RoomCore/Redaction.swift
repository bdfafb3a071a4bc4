public import MatrixWire

/// What is left of an event that is redacted.
///
/// Source: Matrix specification, room version 11, "Redactions".
public enum Redaction {
  /// Keys of an event that stay, beside what stays in its content.
  public static let keptKeys: Set<String> = [
    "event_id", "type", "room_id", "sender", "state_key", "content", "hashes", "signatures", "depth",
    "prev_events",
    "auth_events", "origin_server_ts",
  ]

  private static let keptContent: [String: [String]] = [
    RoomEventType.member: ["membership", "join_authorised_via_users_server"],
    RoomEventType.joinRules: ["join_rule", "allow"],
    RoomEventType.powerLevels: [
      "ban", "events", "events_default", "invite", "kick", "redact", "state_default", "users",
      "users_default",
    ],
    RoomEventType.historyVisibility: ["history_visibility"],
    RoomEventType.redaction: ["redacts"],
  ]

  /// The content that stays.
  public static func content(
    _ content: CanonicalJSON.Object, ofType type: String
  ) -> CanonicalJSON.Object {
    if type.hasBytes(of: RoomEventType.create) { return content }
    var kept: CanonicalJSON.Object = [:]
    for key in keptContent[type] ?? [] { kept[key] = content[key] }
    if type == RoomEventType.member, let invite = content["third_party_invite"]?.object {
      var left: CanonicalJSON.Object = [:]
      left["signed"] = invite["signed"]
      kept["third_party_invite"] = .object(left)
    }
    return kept
  }

  /// The event as servers send it to each other, with what stays of its content.
  public static func event(_ event: CanonicalJSON.Object) -> CanonicalJSON.Object {
    var kept: CanonicalJSON.Object = [:]
    for member in event.members where keptKeys.contains(member.key) { kept[member.key] = member.value }
    if let content = event["content"]?.object {
      kept["content"] = .object(Self.content(content, ofType: event["type"]?.text ?? ""))
    }
    return kept
  }
}
