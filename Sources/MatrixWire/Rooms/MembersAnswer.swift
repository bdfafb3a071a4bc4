/// The answer to `GET /rooms/{roomId}/members` as a client reads it (Matrix specification, client-server API).
public struct MembersAnswer: Hashable, Sendable, Decodable {
  public var members: [RoomEvent]

  public init(members: [RoomEvent]) { self.members = members }

  public init(from decoder: any Decoder) throws {
    members = try decoder.container(keyedBy: WireKey.self).lossy("chunk")
  }
}
