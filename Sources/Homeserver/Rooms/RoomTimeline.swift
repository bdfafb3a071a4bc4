internal import MatrixWire
internal import RoomCore

/// The timeline of one room in one answer.
struct RoomTimeline: Sendable {
  /// How many events are told of a room where a filter sets no limit.
  static let defaultLimit = 10
  /// How many are told at most.
  static let mostEvents = 1_000

  /// Oldest first.
  let events: [TimelineEvent]
  /// Whether there are more in the part that is new, before them.
  let isLimited: Bool
  /// The position before the first: where the events before it are.
  let start: UInt64
  /// State of the part that is new which is not in the timeline: the last of each key.
  let state: [TimelineEvent]
  /// Whether that is all of it.
  let isWhole: Bool

  /// - Parameters:
  ///   - news: the room.
  ///   - material: what was read.
  ///   - filter: what the client wants of timelines.
  init?(_ news: RoomNews, _ material: RoomMaterial?, _ filter: RoomEventFilter) {
    guard let found = news.events ?? material.map({ $0.events[news.room] ?? [] }) else { return nil }
    let mayBeMore = news.events == nil && found.count >= material?.limit ?? 0
    let visibility = news.needsVisibility ? material?.visibility[news.room] : nil
    let visible =
      visibility.map { rule in found.filter { rule.mayRead($0.position) }.map { $0.shown(under: rule) } }
      ?? found
    let isBlocked = filter.blocksEverything || !filter.allows(room: news.room)
    let passing = isBlocked ? [] : visible.filter(filter.allows)
    let limit = min(filter.limit ?? Self.defaultLimit, Self.mostEvents)
    var told = passing.suffix(limit)
    // State is told as of the beginning, which has to be one that a viewer may read who left.
    if news.place == .left, let visibility,
      let entry = told.lastIndex(where: { visibility.beginsAnew(at: $0.position) })
    {
      told = told[entry...]
    }
    events = Array(told)
    // What a filter keeps out is not missing.
    isLimited = passing.count > events.count || !isBlocked && mayBeMore
    start = events.first.map { $0.position - 1 } ?? news.range.through
    let toldIDs = Set(events.map(\.event.id))
    var state: [StateKey: TimelineEvent] = [:]
    // Members are told all state, those who left as much as they may read.
    for event in news.place == .joined ? found : visible where !toldIDs.contains(event.event.id) {
      if let key = event.key { state[key] = event }
    }
    self.state = state.values.sorted { $0.position < $1.position }
    isWhole = !mayBeMore
  }
}
