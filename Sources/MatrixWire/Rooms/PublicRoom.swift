/// A room in the public list (Matrix specification, client-server API, "Listing rooms").
public struct PublicRoom: Hashable, Sendable {
  public var roomID: RoomID
  public var name: String?
  public var topic: String?
  public var canonicalAlias: RoomAlias?
  public var avatarURL: String?
  public var joinedCount: Int
  /// Whether who is not in the room may read it.
  public var isWorldReadable: Bool
  public var guestsCanJoin: Bool
  /// `public` where it is absent.
  public var joinRule: String?
  public var roomType: String?

  public init(
    _ roomID: RoomID, name: String? = nil, topic: String? = nil, canonicalAlias: RoomAlias? = nil,
    avatarURL: String? = nil, joinedCount: Int, isWorldReadable: Bool = false, guestsCanJoin: Bool = false,
    joinRule: String? = nil, roomType: String? = nil
  ) {
    self.roomID = roomID
    self.name = name
    self.topic = topic
    self.canonicalAlias = canonicalAlias
    self.avatarURL = avatarURL
    self.joinedCount = joinedCount
    self.isWorldReadable = isWorldReadable
    self.guestsCanJoin = guestsCanJoin
    self.joinRule = joinRule
    self.roomType = roomType
  }
}

extension PublicRoom: Codable {
  /// - Throws: where it has no ID. All else that is malformed is absent.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: WireKey.self)
    self.init(
      try fields.decode(RoomID.self, forKey: "room_id"), name: fields.lenient("name"),
      topic: fields.lenient("topic"), canonicalAlias: fields.lenient("canonical_alias"),
      avatarURL: fields.lenient("avatar_url"), joinedCount: fields.count("num_joined_members") ?? 0,
      isWorldReadable: fields.lenient("world_readable") ?? false,
      guestsCanJoin: fields.lenient("guest_can_join") ?? false, joinRule: fields.lenient("join_rule"),
      roomType: fields.lenient("room_type"))
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: WireKey.self)
    try fields.encode(roomID, forKey: "room_id")
    try fields.encodeIfPresent(name, forKey: "name")
    try fields.encodeIfPresent(topic, forKey: "topic")
    try fields.encodeIfPresent(canonicalAlias, forKey: "canonical_alias")
    try fields.encodeIfPresent(avatarURL, forKey: "avatar_url")
    try fields.encode(joinedCount, forKey: "num_joined_members")
    try fields.encode(isWorldReadable, forKey: "world_readable")
    try fields.encode(guestsCanJoin, forKey: "guest_can_join")
    try fields.encodeIfPresent(joinRule, forKey: "join_rule")
    try fields.encodeIfPresent(roomType, forKey: "room_type")
  }
}
