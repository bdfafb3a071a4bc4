/// The answer to `/sync` as a client reads it (Protocol 4.2): presence and rooms, without account data.
public struct SyncAnswer: Hashable, Sendable {
  /// Where the next poll continues.
  public var nextBatch: SyncToken
  public var presence: [StreamEvent]
  public var rooms: RoomsUpdate
  /// Whether this replaces everything told before, although it answers a poll that went on from somewhere: the
  /// server was started again since. Other clients pass it over and miss nothing but what ended meanwhile.
  public var isComplete: Bool

  public init(
    nextBatch: SyncToken, presence: [StreamEvent], rooms: RoomsUpdate = RoomsUpdate(),
    isComplete: Bool = false
  ) {
    self.nextBatch = nextBatch
    self.presence = presence
    self.rooms = rooms
    self.isComplete = isComplete
  }
}

extension SyncAnswer: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: WireKey.self)
    nextBatch = try fields.decode(SyncToken.self, forKey: "next_batch")
    let section = try? fields.nestedContainer(keyedBy: WireKey.self, forKey: "presence")
    presence = section?.lossy("events") ?? []
    rooms = fields.lenient("rooms") ?? RoomsUpdate()
    isComplete = fields.lenient(.unstable("complete")) ?? false
  }

  /// Older clients demand that every section is there, empty or not.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: WireKey.self)
    try fields.encode(nextBatch, forKey: "next_batch")
    if isComplete { try fields.encode(true, forKey: .unstable("complete")) }
    var section = fields.nestedContainer(keyedBy: WireKey.self, forKey: "presence")
    try section.encode(presence, forKey: "events")
    var account = fields.nestedContainer(keyedBy: WireKey.self, forKey: "account_data")
    try account.encode([String](), forKey: "events")
    try fields.encode(rooms, forKey: "rooms")
  }
}
