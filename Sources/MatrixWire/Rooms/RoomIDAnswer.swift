/// The answer to `createRoom` and to a join: which room it is.
public struct RoomIDAnswer: Hashable, Sendable, Codable {
  public var roomID: RoomID

  public init(roomID: RoomID) { self.roomID = roomID }

  enum CodingKeys: String, CodingKey {
    case roomID = "room_id"
  }
}
