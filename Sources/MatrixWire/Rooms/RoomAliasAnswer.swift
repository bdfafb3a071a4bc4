/// The answer to `GET /directory/room/{roomAlias}` (Matrix specification, client-server API, "Room aliases").
public struct RoomAliasAnswer: Hashable, Sendable, Codable {
  public var roomID: RoomID
  /// Servers a client may join by.
  public var servers: [ServerName]

  public init(roomID: RoomID, servers: [ServerName]) {
    self.roomID = roomID
    self.servers = servers
  }

  enum CodingKeys: String, CodingKey {
    case roomID = "room_id"
    case servers
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: WireKey.self)
    roomID = try fields.decode(RoomID.self, forKey: "room_id")
    servers = fields.lossy("servers")
  }
}
