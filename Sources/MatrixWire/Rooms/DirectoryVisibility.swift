/// The body of `PUT /directory/list/room/{roomId}`, and the answer to its `GET` (Matrix specification, client-server API,
/// "Listing rooms").
public struct DirectoryVisibility: Hashable, Sendable, Codable {
  public var visibility: RoomVisibility

  public init(visibility: RoomVisibility) { self.visibility = visibility }

  /// Absent is public: who asks for it wants the room in the list.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: WireKey.self)
    visibility = try fields.decodeIfPresent(RoomVisibility.self, forKey: "visibility") ?? .public
  }
}
