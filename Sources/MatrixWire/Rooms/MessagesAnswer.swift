/// The answer to `GET /rooms/{roomId}/messages` as a client reads it (Matrix specification, client-server API, "Syncing").
public struct MessagesAnswer: Hashable, Sendable, Decodable {
  /// In the direction that was asked for.
  public var events: [RoomEvent]
  public var start: SyncToken?
  /// Where the next page begins; nil where there is none.
  public var end: SyncToken?
  /// Members that the page needs.
  public var state: [RoomEvent]

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: WireKey.self)
    events = fields.lossy("chunk")
    start = fields.lenient("start")
    end = fields.lenient("end")
    state = fields.lossy("state")
  }
}
