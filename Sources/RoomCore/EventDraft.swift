public import MatrixWire

/// What a user wants said in a room, before it is allowed and has its place.
public struct EventDraft: Hashable, Sendable {
  public var type: String
  /// Nil for what is no state.
  public var stateKey: String?
  public var sender: UserID
  public var content: CanonicalJSON.Object

  public init(type: String, stateKey: String? = nil, sender: UserID, content: CanonicalJSON.Object) {
    (self.type, self.stateKey, self.sender, self.content) = (type, stateKey, sender, content)
  }

  /// A membership of a user.
  init(_ membership: Membership, of user: UserID, by sender: UserID, content: CanonicalJSON.Object = [:]) {
    self.init(type: RoomEventType.member, stateKey: user.rawValue, sender: sender, content: content)
    self.content["membership"] = .string(membership.rawValue)
  }

  /// The membership this gives, where it gives one that is known.
  var membership: Membership? {
    type == RoomEventType.member
      ? content["membership"]?.text.flatMap { Membership(rawValue: $0) } : nil
  }
}
