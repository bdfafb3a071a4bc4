/// The answer to `GET /rooms/{roomId}/aliases` (Matrix specification, client-server API, "Room aliases").
public struct RoomAliasesAnswer: Hashable, Sendable, Encodable {
  public var aliases: [RoomAlias]

  public init(aliases: [RoomAlias]) { self.aliases = aliases }
}
