/// How a client names a room without its members: the `summary` of a joined room (Matrix specification, client-server API,
/// "Syncing"). What is absent has not changed.
public struct RoomSummary: Hashable, Sendable {
  /// Up to `mostHeroes` other members, for a room without a name.
  public var heroes: [UserID]?
  public var joinedCount: Int?
  public var invitedCount: Int?

  public static let mostHeroes = 5

  public init(heroes: [UserID]? = nil, joinedCount: Int? = nil, invitedCount: Int? = nil) {
    self.heroes = heroes
    self.joinedCount = joinedCount
    self.invitedCount = invitedCount
  }

  /// Nothing has changed.
  public var isEmpty: Bool { self == RoomSummary() }
}

extension RoomSummary: Codable {
  /// From any server: what is malformed has not changed.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: WireKey.self)
    let named: [Lossy<UserID>]? = fields.lenient("m.heroes")
    heroes = named.map { Array($0.compactMap(\.value).prefix(Self.mostHeroes)) }
    joinedCount = fields.count("m.joined_member_count")
    invitedCount = fields.count("m.invited_member_count")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: WireKey.self)
    try fields.encodeIfPresent(heroes, forKey: "m.heroes")
    try fields.encodeIfPresent(joinedCount, forKey: "m.joined_member_count")
    try fields.encodeIfPresent(invitedCount, forKey: "m.invited_member_count")
  }

  func write(to writer: inout JSONWriter) {
    writer.open()
    if let heroes {
      writer.key("m.heroes")
      writer.openArray()
      for hero in heroes {
        writer.element()
        writer.value(hero.rawValue)
      }
      writer.closeArray()
    }
    writer.field("m.invited_member_count", invitedCount.map(Int64.init))
    writer.field("m.joined_member_count", joinedCount.map(Int64.init))
    writer.close()
  }
}
