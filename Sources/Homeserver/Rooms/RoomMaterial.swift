internal import MatrixWire
internal import RoomCore

/// What was read from the store for one answer.
struct RoomMaterial: Sendable {
  /// The newest events of a part of each timeline, oldest first.
  var events: [RoomID: [TimelineEvent]] = [:]
  /// How many events of each were asked for: where so many came, there may be earlier ones.
  var limit = 0
  /// The last position up to which the events of all rooms were read, of those that tell their oldest; nil where all were.
  var end: UInt64?
  var visibility: [RoomID: HistoryVisibility] = [:]

  /// The last position of whose state a viewer is told, of a room as it was at one; nil where they are told none, as
  /// they were never in it, or were not at that time.
  func stateEnd(of news: RoomNews, at position: UInt64) -> UInt64? {
    guard news.place == .left else { return position }
    guard let visibility = visibility[news.room], let left = visibility.lastJoined else { return nil }
    let end = min(left, position)
    return visibility.mayReadState(after: end) || visibility.beginsAnew(at: end + 1) ? end : nil
  }

  var state: [RoomID: [TimelineEvent]] = [:]
  /// Single events: invites, and members that a timeline needs.
  var single: [EventID: TimelineEvent] = [:]
}
