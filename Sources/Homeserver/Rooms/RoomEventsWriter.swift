internal import MatrixWire
internal import Ports
internal import RoomCore

/// Makes the events of an answer to `/events` of what is new in rooms (Protocol 4.1): what happened, in the order in which
/// it did, and what passes. Of very much it is the oldest part.
struct RoomEventsWriter {
  /// What one answer tells.
  struct Part {
    var events: [[UInt8]]
    /// The position in rooms up to which that is everything; nil where it is everything there is.
    var end: UInt64?
  }

  let view: StreamView
  let query: RoomsQuery
  /// What was read; nil where only what is at hand may be told.
  var material: RoomMaterial?

  /// How many events happened at most in what one answer tells, those included that its filter keeps out.
  static let mostEvents = 1_000

  /// - Returns: what is told; nil where something has to be read first.
  func part(_ news: [RoomNews]) -> Part? {
    let filter = query.filter
    var happened: [TimelineEvent] = []
    for news in news {
      guard let found = self.happened(news) else { return nil }
      if !filter.timeline.blocksEverything, filter.timeline.allows(room: news.room) { happened += found }
    }
    happened.sort { $0.position < $1.position }
    // What follows there may have to be read, and is told in its order.
    let read = happened.prefix { $0.position <= material?.end ?? .max }
    let told = read.prefix(Self.mostEvents)
    let end = told.count < read.count ? told.last?.position : material?.end
    let now = view.now.wall.milliseconds
    let events = told.filter(filter.timeline.allows)
      .map { $0.viewed(by: query.device).bytes(as: .v1, now: now) }
    return Part(events: events + passing(news, through: end ?? .max), end: end)
  }

  /// Who types, and receipts as far as the answer goes.
  private func passing(_ news: [RoomNews], through end: UInt64) -> [[UInt8]] {
    news.filter { $0.place == .joined }.flatMap { news in
      var news = news
      news.receipts.removeAll { $0.position > end }
      return news.ephemeral(query.filter.ephemeral).map { $0.encoded(in: news.room) }
    }
  }

  /// What happened in a room while the viewer was in it. What else they may read is asked for by other means.
  private func happened(_ news: RoomNews) -> [TimelineEvent]? {
    switch news.place {
    case .invited, .knocked:
      if let events = news.events { return events }
      guard let material else { return nil }
      let own = view.rooms.rules.room(news.room)?.member(view.viewer)
      return own.flatMap { material.single[$0.event] }.map { [$0] } ?? []
    case .joined, .left:
      // At hand is what happened in a room that the viewer was in all the time.
      if let events = news.events { return events }
      guard let material, let visibility = material.visibility[news.room] else { return nil }
      return (material.events[news.room] ?? []).filter { event in
        ownMembership(event) != nil || visibility.membership(at: event.position) == .join
      }.map { $0.shown(under: visibility) }
    }
  }

  private func ownMembership(_ event: TimelineEvent) -> Membership? {
    event.member.flatMap { $0.user == view.viewer ? $0.membership : nil }
  }
}
