public import MatrixWire

/// What a user wants done with rooms.
public struct RoomCommand: Hashable, Sendable {
  /// Which room is meant.
  public enum Reference: Hashable, Sendable {
    case id(RoomID)
    case alias(RoomAlias)
  }

  /// Another user, and what goes with what is done to them.
  public struct Target: Hashable, Sendable {
    public var user: UserID
    /// The name and picture of a user of this server; nil takes what the room knows.
    public var profile: Profile?
    /// Further content of the event, such as `reason`.
    public var content: CanonicalJSON.Object

    public init(_ user: UserID, profile: Profile? = nil, content: CanonicalJSON.Object = [:]) {
      (self.user, self.profile, self.content) = (user, profile, content)
    }
  }

  public enum Action: Hashable, Sendable {
    /// The target of these is the sender.
    case create(RoomCreation)
    case join(Reference, profile: Profile, content: CanonicalJSON.Object)
    case knock(Reference, profile: Profile, content: CanonicalJSON.Object)
    /// Leaves, rejects an invite, or takes a knock back.
    case leave(RoomID, content: CanonicalJSON.Object)
    case forget(RoomID)

    case invite(RoomID, Target)
    case kick(RoomID, Target)
    case ban(RoomID, Target)
    case unban(RoomID, Target)

    /// `profile` is that of the user whom an `m.room.member` is about.
    case setState(RoomID, StateKey, content: CanonicalJSON.Object, profile: Profile?)
    case send(RoomID, type: String, content: CanonicalJSON.Object)
    /// The event that is redacted, as the store has it.
    case redact(PDU, reason: String?)

    case setAlias(RoomAlias, RoomID)
    case removeAlias(RoomAlias)
    case setListed(RoomID, Bool)
    /// A new name or picture, in some of the rooms the user is in.
    case setProfile(Profile, rooms: [RoomID])

    case setReceipt(RoomID, RoomReceipt)
    /// Moves a user's read marker forward to an event, from the one it is at: both as the store has them.
    case setReadMarker(RoomID, to: PDU, from: PDU?)
    case setAccountData(RoomID, type: String, content: [UInt8])
    /// Adds a tag, or with nil takes it away. The body is what the client says of it, such as `order`.
    case setTag(RoomID, String, body: [UInt8]?)
  }

  public var sender: UserID
  public var action: Action
  /// Of a request that sends an event, where it has a transaction ID.
  public var transaction: TransactionKey?

  public init(_ action: Action, by sender: UserID, transaction: TransactionKey? = nil) {
    (self.sender, self.action, self.transaction) = (sender, action, transaction)
  }
}
