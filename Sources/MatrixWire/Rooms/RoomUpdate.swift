/// News of a room a user is in or has left, as a client reads it from any server (Matrix specification, client-server API,
/// "Syncing").
public struct RoomUpdate: Hashable, Sendable {
  /// The state before the timeline; after it where `isStateAfter`.
  public var state: [RoomEvent]
  /// Whether the state is that after the timeline, whose own state events then change nothing more.
  public var isStateAfter: Bool
  /// The oldest first.
  public var timeline: [RoomEvent]
  /// Whether events are missing before the timeline.
  public var isLimited: Bool
  /// Where the events before the timeline are.
  public var prevBatch: SyncToken?
  public var ephemeral: [EphemeralEvent]
  public var summary: RoomSummary
  /// Nil where it has not changed.
  public var unread: UnreadCounts?

  public init(
    state: [RoomEvent] = [], isStateAfter: Bool = false, timeline: [RoomEvent] = [], isLimited: Bool = false,
    prevBatch: SyncToken? = nil, ephemeral: [EphemeralEvent] = [], summary: RoomSummary = RoomSummary(),
    unread: UnreadCounts? = nil
  ) {
    self.state = state
    self.isStateAfter = isStateAfter
    self.timeline = timeline
    self.isLimited = isLimited
    self.prevBatch = prevBatch
    self.ephemeral = ephemeral
    self.summary = summary
    self.unread = unread
  }

  /// State events in the order in which each replaces what was before.
  public var stateChanges: [RoomEvent] {
    isStateAfter ? state : state + timeline.filter { $0.stateKey != nil }
  }
}

extension RoomUpdate: Codable {
  /// Any section may be absent or malformed, and so may any event.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: WireKey.self)
    let timeline = try? fields.nestedContainer(keyedBy: WireKey.self, forKey: "timeline")
    let after = try? fields.nestedContainer(keyedBy: WireKey.self, forKey: "state_after")
    self.init(
      state: after?.lossy("events") ?? fields.events("state"), isStateAfter: after != nil,
      timeline: timeline?.lossy("events") ?? [], isLimited: timeline?.lenient("limited") ?? false,
      prevBatch: timeline?.lenient("prev_batch"), ephemeral: fields.events("ephemeral"),
      summary: fields.lenient("summary") ?? RoomSummary(), unread: fields.lenient("unread_notifications"))
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: WireKey.self)
    try fields.encode(events: state, forKey: isStateAfter ? "state_after" : "state")
    var section = fields.nestedContainer(keyedBy: WireKey.self, forKey: "timeline")
    try section.encode(timeline, forKey: "events")
    try section.encode(isLimited, forKey: "limited")
    try section.encodeIfPresent(prevBatch, forKey: "prev_batch")
    try fields.encode(events: ephemeral, forKey: "ephemeral")
    if !summary.isEmpty { try fields.encode(summary, forKey: "summary") }
    try fields.encodeIfPresent(unread, forKey: "unread_notifications")
  }
}

extension KeyedDecodingContainer<WireKey> {
  /// The events of a section, `{"events":[…]}`, that parse.
  func events<Event: Decodable>(_ key: WireKey) -> [Event] {
    (try? nestedContainer(keyedBy: WireKey.self, forKey: key))?.lossy("events") ?? []
  }
}

extension KeyedEncodingContainer<WireKey> {
  mutating func encode(events: [some Encodable], forKey key: WireKey) throws {
    var section = nestedContainer(keyedBy: WireKey.self, forKey: key)
    try section.encode(events, forKey: "events")
  }
}
