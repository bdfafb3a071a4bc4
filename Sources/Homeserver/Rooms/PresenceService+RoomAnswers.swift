internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import RoomCore

/// Answers for which events have to be read from the store: of all rooms together, in two steps.
///
/// What is read is older than the answer's position, so that what happens meanwhile is told by the next one. Whether the
/// viewer may read it is asked of what is stored.
extension PresenceService {
  /// What a client is told of rooms.
  ///
  /// - Throws: `StoreError` where the store cannot be read.
  func rooms(_ news: [RoomNews], for query: RoomsQuery) async throws(StoreError) -> RoomsAnswer {
    let atHand = answer(news, for: query, nil)
    guard case .unread = atHand else { return atHand }
    var material = RoomMaterial()
    try await readTimelines(of: news, for: query, into: &material)
    try await readState(of: news, for: query, into: &material)
    // Last: what is redacted while other things are read changes what is unread.
    if query.shape == .withSender { try await readUnread(of: news) }
    return answer(news, for: query, material)
  }

  private func answer(_ news: [RoomNews], for query: RoomsQuery, _ material: RoomMaterial?) -> RoomsAnswer {
    sync.view(of: query.device.user, rules, rooms, time.now).answer(news, for: query, sync.seal, material)
  }

  /// Reads what happened, and who may read it.
  func readTimelines(
    of news: [RoomNews], for query: RoomsQuery, into material: inout RoomMaterial
  ) async throws(StoreError) {
    let (user, filter) = (query.device.user, query.filter.timeline)
    var wanted: [RoomID: TimelineRange] = [:]
    for news in news where news.events == nil && (news.place == .joined || news.place == .left) {
      wanted[news.room] = news.range
    }
    switch query.shape {
    case .withSender:
      let limit = filter.limit ?? RoomTimeline.defaultLimit
      // A filter that keeps some events out finds enough among more, or says that there are more.
      let isNarrow = filter != RoomEventFilter(EventFilter(limit: filter.limit))
      material.limit = min(isNarrow ? 10 * limit : limit, RoomTimeline.mostEvents) + 1
      if !wanted.isEmpty {
        let found = try await history.newestEvents(in: wanted, limit: material.limit)
        material.events = await Self.timelineEvents(found, rooms.recent)
      }
      let asked = Set(news.filter(\.needsVisibility).map(\.room))
      try await readVisibility(of: asked, for: user, into: &material)
    case .contentOnly:
      guard !wanted.isEmpty else { break }
      let most = RoomEventsWriter.mostEvents
      let found = try await history.oldestEvents(in: wanted, limit: most)
      material.events = Dictionary(grouping: found.map { self.timelineEvent($0) }, by: \.event.room)
      if found.count == most { material.end = found.last?.event.position }
      // What happened while the user was away is not told, and their membership may not be in this part.
      try await readVisibility(of: Set(wanted.keys), for: user, into: &material)
    }
  }

  private func readVisibility(
    of rooms: Set<RoomID>, for user: UserID, into material: inout RoomMaterial
  ) async throws(StoreError) {
    guard !rooms.isEmpty else { return }
    let events = try await history.visibility(of: rooms, for: user)
    for room in rooms { material.visibility[room] = HistoryVisibility(events[room] ?? [], for: user) }
  }

  /// An event as it is told; with the request that sent it, where that is remembered.
  func timelineEvent(_ stored: StoredEvent) -> TimelineEvent {
    rooms.recent.event(stored.event.id) ?? TimelineEvent(stored)
  }

  /// Thousands of events are made outside of the actor, which others wait for.
  @concurrent
  private static func timelineEvents(
    _ found: [RoomID: [StoredEvent]], _ recent: RecentEvents
  ) async -> [RoomID: [TimelineEvent]] {
    found.mapValues { events in events.map { recent.event($0.event.id) ?? TimelineEvent($0) } }
  }

  /// Reads the messages of rooms that may count as unread, where they are not at hand, and takes in what happens meanwhile.
  private func readUnread(of news: [RoomNews]) async throws(StoreError) {
    let missing = news.filter { $0.place == .joined && rooms.unread[$0.room] == nil }
    var through = Dictionary(missing.map { ($0.room, $0.range.through) }, uniquingKeysWith: max)
    while !through.isEmpty {
      let found = try await history.newestMessages(
        in: through.mapValues { TimelineRange(through: $0) }, limit: UnreadLog.most)
      var again: [RoomID: UInt64] = [:]
      for (room, position) in through {
        guard rooms.unread[room] == nil, let state = rooms.rules.room(room) else { continue }
        guard let later = rooms.recent.events(in: room, after: position)?.map(\.event) else {
          // So much happened that it is not at hand any more.
          again[room] = rooms.position
          continue
        }
        let (read, redacted) = (found[room] ?? [], Set(later.compactMap(\.redacts)))
        let kept = read.filter { !redacted.contains($0.id) }
        let isCut = read.count == UnreadLog.most
        if isCut, kept.count < read.count {
          // Older ones count in place of those that lost their content.
          again[room] = position
        } else {
          rooms.setUnread(UnreadLog(kept + later, isCut: isCut, in: state), of: room)
        }
      }
      through = again
    }
  }

  /// Reads the state before the timelines, and single events.
  private func readState(
    of news: [RoomNews], for query: RoomsQuery, into material: inout RoomMaterial
  ) async throws(StoreError) {
    let (ranges, single) = missing(of: news, for: query, material)
    if !ranges.isEmpty {
      let found = try await history.state(of: ranges)
      material.state = await Self.timelineEvents(found, rooms.recent)
    }
    if !single.isEmpty {
      let version = rooms.speakers.version
      let found = try await history.events(single)
      material.single = found.mapValues { self.timelineEvent($0) }
      rooms.speakers.add(material.single.values, version: version)
    }
  }

  /// Of which rooms the state has to be read, and which part of it; and which single events.
  private func missing(
    of news: [RoomNews], for query: RoomsQuery, _ material: RoomMaterial
  ) -> ([RoomID: TimelineRange], Set<EventID>) {
    let view = sync.view(of: query.device.user, rules, rooms, time.now)
    let writer = RoomsWriter(view: view, query: query, seal: sync.seal, material: material)
    var (ranges, single): ([RoomID: TimelineRange], Set<EventID>) = ([:], [])
    for news in news {
      switch news.place {
      case .invited, .knocked:
        if news.events == nil, let own = view.rooms.rules.room(news.room)?.member(view.viewer) {
          single.insert(own.event)
        }
      case .joined, .left:
        guard query.shape == .withSender, let timeline = writer.timeline(of: news) else { continue }
        if news.isWhole || !timeline.isWhole, let end = material.stateEnd(of: news, at: timeline.start) {
          ranges[news.room] = TimelineRange(after: news.isWhole ? 0 : news.range.after, through: end)
        }
        single.formUnion(writer.missingMembers(of: news, timeline))
      }
    }
    return (ranges, single)
  }
}
