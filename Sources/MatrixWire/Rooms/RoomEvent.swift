/// An event of a room as a client reads it, from any server: whole, or stripped state (Matrix specification, client-server
/// API, "Types of room events").
public struct RoomEvent: Hashable, Sendable {
  /// What an event says, as far as this client looks at it.
  public enum Content: Hashable, Sendable {
    case member(UserID, MemberContent)
    /// Empty where the name was taken away.
    case name(String)
    case topic(String)
    /// Nil where the alias was taken away.
    case canonicalAlias(RoomAlias?)
    case message(String)
    /// Nil for a rule that nobody knows, which lets nobody in.
    case joinRule(RoomJoinRule?)
    /// Nil where it says nothing that is known.
    case presenceSharing(RoomPresenceSharing?)
    /// An unknown type, or content that does not parse: ignored, never fatal.
    case unrecognized
  }

  public var type: String
  public var sender: UserID
  /// Of state events only.
  public var stateKey: String?
  public var content: Content
  /// Stripped state has none.
  public var eventID: EventID?
  /// Outside of `/sync`.
  public var roomID: RoomID?
  /// Milliseconds since 1970, by the sender's server.
  public var originServerTimestamp: Int64?
  /// Milliseconds since it was sent, counted from when the answer was made.
  public var age: Int?
  /// With which ID this device sent it.
  public var transactionID: String?
  /// Of a member event: what the user was to the room before, where that is told.
  public var previousMembership: Membership?

  public init(
    type: String, sender: UserID, stateKey: String? = nil, content: Content, eventID: EventID? = nil,
    roomID: RoomID? = nil, originServerTimestamp: Int64? = nil, age: Int? = nil, transactionID: String? = nil
  ) {
    self.type = type
    self.sender = sender
    self.stateKey = stateKey
    self.content = content
    self.eventID = eventID
    self.roomID = roomID
    self.originServerTimestamp = originServerTimestamp
    self.age = age
    self.transactionID = transactionID
  }

  /// Types whose content is looked at.
  private enum Kind: String {
    case member = "m.room.member"
    case name = "m.room.name"
    case topic = "m.room.topic"
    case canonicalAlias = "m.room.canonical_alias"
    case joinRule = "m.room.join_rules"
    case message = "m.room.message"

    /// Whether one counts only as state.
    var isState: Bool { self != .message }
  }
}

extension RoomEvent: Codable {
  /// - Throws: where there is no type or no sender. All else that is malformed is absent, or `unrecognized`.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: WireKey.self)
    type = try fields.decode(String.self, forKey: "type")
    sender = try fields.decode(UserID.self, forKey: "sender")
    stateKey = fields.lenient("state_key")
    eventID = fields.lenient("event_id")
    roomID = fields.lenient("room_id")
    originServerTimestamp = fields.timestamp("origin_server_ts")
    let unsigned = try? fields.nestedContainer(keyedBy: WireKey.self, forKey: "unsigned")
    age = unsigned?.milliseconds("age")
    transactionID = unsigned?.lenient("transaction_id")
    let previous = try? unsigned?.nestedContainer(keyedBy: WireKey.self, forKey: "prev_content")
    previousMembership = previous?.lenient("membership")
    content = Self.content(type, stateKey, fields) ?? .unrecognized
  }

  private static func content(
    _ type: String, _ stateKey: String?, _ fields: KeyedDecodingContainer<WireKey>
  ) -> Content? {
    guard let content = try? fields.nestedContainer(keyedBy: WireKey.self, forKey: "content") else {
      return nil
    }
    if type == RoomPresenceSharing.eventType {
      let word: String? = content.lenient(RoomPresenceSharing.key)
      return stateKey == "" ? .presenceSharing(word.flatMap(RoomPresenceSharing.init(rawValue:))) : nil
    }
    guard let kind = Kind(rawValue: type), kind.isState == (stateKey != nil) else { return nil }
    switch kind {
    case .member:
      guard let user = stateKey.flatMap({ UserID($0) }), let member: MemberContent = fields.lenient("content")
      else { return nil }
      return .member(user, member)
    case .message: return content.lenient("body").map(Content.message)
    case .name: return stateKey == "" ? .name(content.lenient("name") ?? "") : nil
    case .topic: return stateKey == "" ? .topic(content.lenient("topic") ?? "") : nil
    case .canonicalAlias: return stateKey == "" ? .canonicalAlias(content.lenient("alias")) : nil
    case .joinRule:
      let word: String? = content.lenient(RoomJoinRule.key)
      return stateKey == "" ? .joinRule(word.flatMap(RoomJoinRule.init(rawValue:))) : nil
    }
  }

  /// What is looked at of it, without the content of all others.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: WireKey.self)
    try fields.encode(type, forKey: "type")
    try fields.encode(sender, forKey: "sender")
    try fields.encodeIfPresent(stateKey, forKey: "state_key")
    try fields.encodeIfPresent(eventID, forKey: "event_id")
    try fields.encodeIfPresent(roomID, forKey: "room_id")
    try fields.encodeIfPresent(originServerTimestamp, forKey: "origin_server_ts")
    if age != nil || transactionID != nil {
      var unsigned = fields.nestedContainer(keyedBy: WireKey.self, forKey: "unsigned")
      try unsigned.encodeIfPresent(age, forKey: "age")
      try unsigned.encodeIfPresent(transactionID, forKey: "transaction_id")
    }
    if case .member(_, let member) = content {
      try fields.encode(member, forKey: "content")
      return
    }
    guard content != .unrecognized else { return }
    var object = fields.nestedContainer(keyedBy: WireKey.self, forKey: "content")
    switch content {
    case .name(let text): try object.encode(text, forKey: "name")
    case .topic(let text): try object.encode(text, forKey: "topic")
    case .canonicalAlias(let alias): try object.encodeIfPresent(alias, forKey: "alias")
    case .message(let text): try object.encode(text, forKey: "body")
    case .joinRule(let rule): try object.encodeIfPresent(rule?.rawValue, forKey: RoomJoinRule.key)
    case .presenceSharing(let sharing):
      try object.encodeIfPresent(sharing?.rawValue, forKey: RoomPresenceSharing.key)
    case .member, .unrecognized: break
    }
  }
}
