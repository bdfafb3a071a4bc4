/// The answer to `GET /v1/mutual_rooms` (Matrix specification v1.19, client-server API; MSC2666).
public struct MutualRoomsAnswer: Hashable, Sendable, Codable {
  public var rooms: [RoomID]
  /// How many there are on all pages.
  public var count: Int?

  public init(rooms: [RoomID]) { (self.rooms, count) = (rooms, rooms.count) }

  enum CodingKeys: String, CodingKey {
    case rooms = "joined"
    case count
  }
}
