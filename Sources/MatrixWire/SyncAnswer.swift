/// The answer to `/sync` as a client reads it (Protocol 4.2): presence, rooms, and of the user's own data what a roster
/// is made of.
public struct SyncAnswer: Hashable, Sendable {
  /// Where the next poll continues.
  public var nextBatch: SyncToken
  public var presence: [StreamEvent]
  public var rooms: RoomsUpdate
  /// What is new of the user's own data.
  public var accountData: [AccountDataEvent]
  /// Whether this replaces everything told before, although it answers a poll that went on from somewhere: the
  /// server was started again since. Other clients pass it over and miss nothing but what ended meanwhile.
  public var isComplete: Bool

  public init(
    nextBatch: SyncToken, presence: [StreamEvent], rooms: RoomsUpdate = RoomsUpdate(),
    accountData: [AccountDataEvent] = [], isComplete: Bool = false
  ) {
    self.nextBatch = nextBatch
    self.presence = presence
    self.rooms = rooms
    self.accountData = accountData
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
    accountData = fields.events("account_data")
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
    try account.encode(accountData, forKey: "events")
    try fields.encode(rooms, forKey: "rooms")
  }
}
