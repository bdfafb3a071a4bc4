/// In whose words a server is spoken to.
///
/// Only what is said of people differs: what a server wants is in keys that others ignore.
public enum PeerVocabulary: Hashable, Sendable {
  /// A server that showed that it speaks our additions: exact states, devices, sequence numbers.
  case exact
  /// Any other (R12): `push` as today's specification has it, one of three states and always an age.
  case modern
}

/// Keys of ours in what servers tell each other.
enum FederationKey {
  static let answer = UnstablePrefix.key("answer")
  static let behind = UnstablePrefix.key("behind")
  static let deviceTypes = UnstablePrefix.key("device_types")
  static let epoch = UnstablePrefix.key("epoch")
  static let idleAgo = UnstablePrefix.key("idle_ago")
  static let inline = UnstablePrefix.key("inline")
  static let query = UnstablePrefix.key("once")
  static let order = UnstablePrefix.key("order")
  static let presence = UnstablePrefix.key("presence")
  static let promise = UnstablePrefix.key("promise_ms")
  static let inviteID = UnstablePrefix.key("question")
  static let refused = UnstablePrefix.key("refused")
  static let reminder = UnstablePrefix.key("reminder")
  static let sequence = UnstablePrefix.key("seq")
}
