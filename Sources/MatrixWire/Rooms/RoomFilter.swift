/// What a filter says of rooms (Matrix specification, client-server API, "RoomFilter").
public struct RoomFilter: Hashable, Sendable {
  /// The rooms that are told of; nil is all. A section's own lists narrow this further.
  public let rooms: Set<RoomID>?
  public let notRooms: Set<RoomID>
  /// Whether rooms that the user left are told of.
  public let includesLeft: Bool
  public let accountData: RoomEventFilter
  /// What passes in a room and is not kept: typing and receipts.
  public let ephemeral: RoomEventFilter
  public let state: RoomEventFilter
  public let timeline: RoomEventFilter

  public init(
    rooms: [RoomID]? = nil, notRooms: [RoomID] = [], includesLeft: Bool = false,
    accountData: RoomEventFilter = .everything, ephemeral: RoomEventFilter = .everything,
    state: RoomEventFilter = .everything, timeline: RoomEventFilter = .everything
  ) {
    self.rooms = rooms.map(Set.init)
    self.notRooms = Set(notRooms)
    self.includesLeft = includesLeft
    self.accountData = accountData
    self.ephemeral = ephemeral
    self.state = state
    self.timeline = timeline
  }

  /// Lets everything pass that is told of by default, which left rooms are not.
  public static let everything = RoomFilter()

  /// Whether anything of that room can pass. Invites are told whatever the sections say.
  public func allows(room: RoomID) -> Bool {
    rooms?.contains(room) ?? true && !notRooms.contains(room)
  }
}

extension RoomFilter: Encodable {
  /// Sections that let everything pass are left out.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: WireKey.self)
    try Self.encode(rooms, notRooms, into: &fields)
    if includesLeft { try fields.encode(true, forKey: "include_leave") }
    let sections: [(WireKey, RoomEventFilter)] = [
      ("account_data", accountData), ("ephemeral", ephemeral), ("state", state), ("timeline", timeline),
    ]
    for (name, section) in sections where section != .everything { try fields.encode(section, forKey: name) }
  }

  static func encode(
    _ rooms: Set<RoomID>?, _ notRooms: Set<RoomID>, into fields: inout KeyedEncodingContainer<WireKey>
  ) throws {
    try fields.encodeIfPresent(rooms.map(sorted), forKey: "rooms")
    if !notRooms.isEmpty { try fields.encode(sorted(notRooms), forKey: "not_rooms") }
  }

  private static func sorted(_ rooms: Set<RoomID>) -> [String] {
    rooms.map(\.rawValue).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
