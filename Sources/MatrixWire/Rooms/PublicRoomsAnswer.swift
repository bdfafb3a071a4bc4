/// A page of the public list (Matrix specification, client-server API, "Listing rooms").
public struct PublicRoomsAnswer: Hashable, Sendable {
  public var rooms: [PublicRoom]
  /// Where the next page begins; nil where there is none.
  public var nextBatch: SyncToken?
  /// Where the page before begins; nil where there is none.
  public var prevBatch: SyncToken?
  /// About how many rooms there are on all pages.
  public var total: Int?

  public init(
    rooms: [PublicRoom], nextBatch: SyncToken? = nil, prevBatch: SyncToken? = nil, total: Int? = nil
  ) {
    self.rooms = rooms
    self.nextBatch = nextBatch
    self.prevBatch = prevBatch
    self.total = total
  }
}

extension PublicRoomsAnswer: Codable {
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: WireKey.self)
    self.init(
      rooms: fields.lossy("chunk"), nextBatch: fields.lenient("next_batch"),
      prevBatch: fields.lenient("prev_batch"), total: fields.count("total_room_count_estimate"))
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: WireKey.self)
    try fields.encode(rooms, forKey: "chunk")
    try fields.encodeIfPresent(nextBatch, forKey: "next_batch")
    try fields.encodeIfPresent(prevBatch, forKey: "prev_batch")
    try fields.encodeIfPresent(total, forKey: "total_room_count_estimate")
  }
}
