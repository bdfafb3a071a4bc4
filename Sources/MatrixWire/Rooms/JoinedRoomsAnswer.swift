/// The answer to `GET /joined_rooms` (Matrix specification, client-server API).
public struct JoinedRoomsAnswer: Hashable, Sendable, Codable {
  public var rooms: [RoomID]

  public init(rooms: [RoomID]) { self.rooms = rooms }

  enum CodingKeys: String, CodingKey {
    case rooms = "joined_rooms"
  }

  public init(from decoder: any Decoder) throws {
    rooms = try decoder.container(keyedBy: WireKey.self).lossy("joined_rooms")
  }
}
