/// The body of `PUT /directory/room/{roomAlias}` (Matrix specification, client-server API, "Room aliases").
public struct RoomAliasRequest: Hashable, Sendable, Codable {
  public var roomID: RoomID

  public init(roomID: RoomID) { self.roomID = roomID }

  enum CodingKeys: String, CodingKey {
    case roomID = "room_id"
  }
}
