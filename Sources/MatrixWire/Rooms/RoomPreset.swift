/// A set of rules to create a room with (Matrix specification, client-server API, "createRoom").
public enum RoomPreset: String, Hashable, Sendable {
  /// By invitation.
  case privateChat = "private_chat"
  /// By invitation; everybody who is invited has the creator's power.
  case trustedPrivateChat = "trusted_private_chat"
  /// Open to all.
  case publicChat = "public_chat"
}
