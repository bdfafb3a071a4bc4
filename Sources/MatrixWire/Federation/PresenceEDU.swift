/// `m.presence` between servers (Protocol 6.4): states of the sender's people, and whose states it wants.
///
/// The receiver applies `unpoll`, then `push`, then `poll`. Keys of our namespace are ignored by others.
public struct PresenceEDU: Hashable, Sendable {
  /// One person's state, as their own server says it.
  public struct Push: Hashable, Sendable {
    public var userID: UserID
    /// Ages in it count from when the message was made.
    public var content: PresenceContent
    /// Counts the changes of the sender's people within its epoch; a state that is not newer is dropped.
    public var sequence: Int64?

    public init(userID: UserID, content: PresenceContent, sequence: Int64? = nil) {
      self.userID = userID
      self.content = content
      self.sequence = sequence
    }
  }

  /// Whether the message asks for everything, or is the answer to one that did.
  public enum Role: Hashable, Sendable {
    /// `chat.porchlight.reminder: true`: all the sender has to say and all it wants, `poll` being the whole set.
    case reminder
    /// `chat.porchlight.reminder: false`: the answer to a poll or reminder; never answered itself.
    case answer
  }

  public var push: [Push] = []
  /// The receiver's people the sender wants from now on.
  public var poll: [UserID] = []
  public var unpoll: [UserID] = []
  /// One-shot queries: the receiver's people whose state the sender wants now, without a promise.
  public var queries: [UserID] = []
  /// People who were asked for and are not shown, or do not exist.
  public var refused: [UserID] = []
  /// Which life of the sender this is: greater at every start, within the integers JSON holds exactly.
  public var epoch: Int64?
  /// How long pushes and accepted polls hold without news, in milliseconds.
  public var promise: Int?
  public var role: Role?
  /// The receiver may answer in the response to this very transaction.
  public var wantsInlineAnswer = false

  public init() {}
}

/// `m.presence_invite`, `_accept`, `_deny` and `chat.porchlight.presence_drop` (Protocol 6.5).
public struct ListEDU: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable {
    case invite
    case accept
    case deny
    case drop
  }

  public var kind: Kind
  /// The one who wants to see, whose server sends `invite` and `drop`.
  public var observer: UserID
  /// The one who is asked, whose server sends `accept` and `deny`.
  public var observed: UserID
  /// Which invite this is, or answers: answers to an older one must not end a newer one. Absent from
  /// servers that do not know it; then it is the latest.
  public var inviteID: Int64?

  public init(_ kind: Kind, observer: UserID, observed: UserID, inviteID: Int64? = nil) {
    self.kind = kind
    self.observer = observer
    self.observed = observed
    self.inviteID = inviteID
  }
}

/// What one server tells another outside of rooms.
public enum EDU: Hashable, Sendable {
  case presence(PresenceEDU)
  case list(ListEDU)
  /// Of an unknown type or shape: ignored, and counted against the limit.
  case other(type: String)
}
