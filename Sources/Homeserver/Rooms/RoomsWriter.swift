internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import RoomCore

/// Makes the sections of an answer to `/sync` of what is new in rooms.
struct RoomsWriter {
  let view: StreamView
  let query: RoomsQuery
  let seal: PositionSeal
  /// What was read; nil where only what is at hand may be told.
  var material: RoomMaterial?

  /// - Returns: the sections; nil where something has to be read first.
  func sections(_ news: [RoomNews]) -> SyncRooms? {
    var sections = SyncRooms(now: view.now.wall.milliseconds)
    for news in news {
      switch news.place {
      case .invited, .knocked:
        guard let stripped = stripped(news) else { return nil }
        if news.place == .invited {
          sections.invited.append(stripped)
        } else {
          sections.knocked.append(stripped)
        }
      case .joined, .left:
        guard let (section, isEmpty) = section(news) else { return nil }
        if isEmpty { continue }
        if news.place == .joined { sections.joined.append(section) } else { sections.left.append(section) }
      }
    }
    return sections
  }

  // MARK: Rooms the viewer is in, or was in

  private func section(_ news: RoomNews) -> (SyncRooms.Room, isEmpty: Bool)? {
    guard material != nil || !news.needsVisibility, let timeline = timeline(of: news),
      let state = state(of: news, timeline)
    else { return nil }
    var section = SyncRooms.Room(news.room)
    section.timeline = timeline.events.map { $0.viewed(by: query.device) }
    section.isLimited = timeline.isLimited
    section.prevBatch = SyncToken("t" + seal.seal(timeline.start))
    section.state = state.map { $0.viewed(by: query.device) }
    section.accountData = accountData(of: news)
    if news.place == .joined {
      section.ephemeral = news.ephemeral(query.filter.ephemeral).map { $0.encoded() }
      if news.isWhole || hasMembers(timeline.events + timeline.state + state) {
        section.summary = view.summary(of: news.room)
      }
      section.unread = view.unread(in: news.room)
      // A redaction while the rest was read may have taken what was counted: another answer tells it then.
      if section.unread == nil, material == nil { return nil }
    }
    let isEmpty =
      !news.isWhole && section.timeline.isEmpty && section.state.isEmpty && section.accountData.isEmpty
      && section.ephemeral.isEmpty && !timeline.isLimited && news.place == .joined
    return (section, isEmpty)
  }

  func timeline(of news: RoomNews) -> RoomTimeline? { RoomTimeline(news, material, query.filter.timeline) }

  private func hasMembers(_ events: [TimelineEvent]) -> Bool {
    events.contains { $0.event.type == RoomEventType.member }
  }

  /// The state before the timeline, as far as it is new, or all of it.
  private func state(of news: RoomNews, _ timeline: RoomTimeline) -> [TimelineEvent]? {
    let filter = query.filter.state
    let (isBlocked, isLazy) = (
      filter.blocksEverything || !filter.allows(room: news.room), filter.lazyLoadsMembers
    )
    guard !isBlocked else { return [] }
    guard let found = foundState(of: news, timeline) else { return nil }
    let senders = Set(timeline.events.map(\.event.sender)).union([view.viewer])
    var state = found.filter { event in
      guard filter.allows(event) else { return false }
      guard news.isWhole, isLazy, let member = event.member else { return true }
      return senders.contains(member.user)
    }
    guard isLazy, !news.isWhole, news.place == .joined else { return state }
    // Members whom the timeline needs, whom the client may not know.
    let told = Set((state + timeline.events).compactMap { $0.member?.user })
    for sender in senders.subtracting(told).subtracting([view.viewer]).sorted() {
      guard let member = view.rooms.rules.room(news.room)?.member(sender) else { continue }
      guard let event = view.rooms.event(member.event) ?? material?.single[member.event] else {
        // Was it looked for, and not found?
        if material == nil { return nil }
        continue
      }
      // What the user was before may be older than what the viewer may read.
      if filter.allows(event) { state.append(event.alone) }
    }
    return state
  }

  /// What was read of the state before the timeline, and what the timeline leaves out: the last of each key.
  private func foundState(of news: RoomNews, _ timeline: RoomTimeline) -> [TimelineEvent]? {
    guard news.isWhole || !timeline.isWhole else { return timeline.state }
    guard let material else { return nil }
    var state = material.state[news.room] ?? []
    let later = timeline.state.filter { $0.position > timeline.start }
    if !later.isEmpty {
      var last: [StateKey: TimelineEvent] = [:]
      for event in state + later {
        if let key = event.key { last[key] = event }
      }
      state = last.values.sorted { $0.position < $1.position }
    }
    guard let visibility = material.visibility[news.room] else { return state }
    return state.map { $0.shown(under: visibility) }
  }

  /// The members whom a timeline needs and that are not at hand.
  func missingMembers(of news: RoomNews, _ timeline: RoomTimeline) -> Set<EventID> {
    guard query.filter.state.lazyLoadsMembers, !news.isWhole, news.place == .joined,
      let room = view.rooms.rules.room(news.room)
    else { return [] }
    return Set(
      timeline.events.compactMap { event in
        room.member(event.event.sender).map(\.event).flatMap { view.rooms.event($0) == nil ? $0 : nil }
      })
  }

  private func accountData(of news: RoomNews) -> [[UInt8]] {
    let filter = query.filter.accountData
    guard !filter.blocksEverything, filter.allows(room: news.room) else { return [] }
    let passing = news.accountData.filter {
      filter.allows(type: Array($0.type.utf8), from: view.viewer, hasURL: false)
    }
    return passing.suffix(filter.limit ?? passing.count).map {
      StreamBytes.accountData(type: Array($0.type.utf8), content: $0.content)
    }
  }

  // MARK: Rooms the viewer may come into

  private func stripped(_ news: RoomNews) -> SyncRooms.Stripped? {
    guard let room = view.rooms.rules.room(news.room), let member = room.member(view.viewer),
      // They may have answered while it was read.
      member.membership == .invite || member.membership == .knock
    else { return SyncRooms.Stripped(news.room, state: []) }
    guard let own = news.events?.last ?? material?.single[member.event] else {
      return material == nil ? nil : SyncRooms.Stripped(news.room, state: [])
    }
    return SyncRooms.Stripped(news.room, state: view.stripped(room, for: own))
  }
}

extension Receipt {
  /// Nil for a kind that clients are not told.
  init?(_ receipt: RoomReceipt) {
    guard let type = ReceiptType(rawValue: receipt.kind.rawValue) else { return nil }
    self.init(
      eventID: receipt.event, type: type, user: receipt.user, timestamp: receipt.timestamp.milliseconds,
      threadID: receipt.thread)
  }
}
