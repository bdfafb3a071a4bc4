/// One event in the `presence` section of a `/sync` answer (Protocol 3.5, E4).
public enum StreamEvent: Hashable, Sendable {
  case presence(UserID, PresenceContent)
  case invite(InviteEvent)
  case list(ListEvent)
  /// An unknown type, or content that does not parse: ignored, never fatal.
  case unrecognized(type: String)

  /// Event types as the `presence` filter names them.
  public enum Kind: String, Sendable, CaseIterable {
    case presence
    case invite
    case list

    /// The event type on the wire.
    public var type: String {
      switch self {
      case .presence: "m.presence"
      case .invite: UnstablePrefix.key("presence_invite")
      case .list: UnstablePrefix.key("presence_list")
      }
    }
  }
}

/// `chat.porchlight.presence_invite`: the state of an invite to watch me.
///
/// `state` is an addition to E4: without it the asked person's other devices would never learn that
/// an invite was answered on one of them, or taken back. Absent means pending.
public struct InviteEvent: Hashable, Sendable {
  public var observer: UserID
  public var observed: UserID
  /// Milliseconds since 1970.
  public var receivedAt: Int64
  public var state: InviteState
  /// The asker's display name; profiles are public.
  public var displayName: String?

  public init(
    observer: UserID, observed: UserID, receivedAt: Int64, state: InviteState, displayName: String? = nil
  ) {
    self.observer = observer
    self.observed = observed
    self.receivedAt = receivedAt
    self.state = state
    self.displayName = displayName
  }
}

/// `chat.porchlight.presence_list`: an entry of my list has changed.
public struct ListEvent: Hashable, Sendable {
  public var userID: UserID
  public var state: ListState
  /// Who did it: the owner (invite, drop) or the person on the list (accept, deny, revoke).
  public var sender: UserID

  public init(userID: UserID, state: ListState, sender: UserID) {
    self.userID = userID
    self.state = state
    self.sender = sender
  }
}

extension StreamEvent: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: WireKey.self)
    let type = try fields.decode(String.self, forKey: "type")
    self = Self.known(type: type, fields: fields) ?? .unrecognized(type: type)
  }

  private static func known(type: String, fields: KeyedDecodingContainer<WireKey>) -> StreamEvent? {
    let sender: UserID? = fields.lenient("sender")
    guard let content = try? fields.nestedContainer(keyedBy: WireKey.self, forKey: "content") else {
      return nil
    }
    switch type {
    case Kind.presence.type:
      // The v1 shape has no sender and names the person inside.
      guard let user: UserID = sender ?? content.lenient("user_id"),
        let presence: PresenceContent = fields.lenient("content")
      else { return nil }
      return .presence(user, presence)
    case Kind.invite.type:
      guard let observer: UserID = content.lenient("observer_user"),
        let observed: UserID = content.lenient("observed_user"),
        let state: InviteState = content.contains("state") ? content.lenient("state") : .pending
      else { return nil }
      return .invite(
        InviteEvent(
          observer: observer, observed: observed, receivedAt: content.timestamp("received_ts") ?? 0,
          state: state, displayName: content.lenient("displayname")))
    case Kind.list.type:
      guard let user: UserID = content.lenient("user_id"),
        let state: ListState = content.lenient("state"), let sender
      else { return nil }
      return .list(ListEvent(userID: user, state: state, sender: sender))
    default:
      return nil
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: WireKey.self)
    switch self {
    case .presence(let user, let content):
      try fields.encode(Kind.presence.type, forKey: "type")
      try fields.encode(user, forKey: "sender")
      try fields.encode(content, forKey: "content")
    case .invite(let event):
      try fields.encode(Kind.invite.type, forKey: "type")
      try fields.encode(event.observer, forKey: "sender")
      var content = fields.nestedContainer(keyedBy: WireKey.self, forKey: "content")
      try content.encode(event.observer, forKey: "observer_user")
      try content.encode(event.observed, forKey: "observed_user")
      try content.encode(event.receivedAt, forKey: "received_ts")
      try content.encode(event.state, forKey: "state")
      try content.encodeIfPresent(event.displayName, forKey: "displayname")
    case .list(let event):
      try fields.encode(Kind.list.type, forKey: "type")
      try fields.encode(event.sender, forKey: "sender")
      var content = fields.nestedContainer(keyedBy: WireKey.self, forKey: "content")
      try content.encode(event.userID, forKey: "user_id")
      try content.encode(event.state, forKey: "state")
    case .unrecognized(let type):
      try fields.encode(type, forKey: "type")
    }
  }
}
