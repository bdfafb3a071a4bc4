internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import RoomCore

/// `/initialSync` of 2014 (Protocol 4.1): every room of a user, as it is.
extension PresenceService {
  /// Rooms as elements of that answer, and the receipts in them.
  ///
  /// - Parameters:
  ///   - device: whose rooms, and who asks.
  ///   - limit: how many messages of each room.
  ///   - includesLeft: whether rooms that the user left are told too.
  /// - Returns: both as bytes.
  /// - Throws: `StoreError` where the store cannot be read.
  func roomSnapshots(
    for device: Device, limit: Int, includesLeft: Bool
  ) async throws(StoreError) -> (rooms: [[UInt8]], receipts: [[UInt8]]) {
    let filter = RoomFilter(
      includesLeft: includesLeft, timeline: RoomEventFilter(EventFilter(limit: limit)))
    let query = RoomsQuery(device, filter, .withSender)
    let news = RoomsSource(sync.view(of: device.user, rules, rooms, time.now))
      .changes(since: nil, SyncFilter(room: filter))
    var material = RoomMaterial()
    try await readTimelines(of: news, for: query, into: &material)
    var (whole, invites): ([RoomID: TimelineRange], Set<EventID>) = ([:], [])
    for news in news {
      if news.place == .joined || news.place == .left {
        guard let end = material.stateEnd(of: news, at: news.range.through) else { continue }
        whole[news.room] = TimelineRange(through: end)
      } else if let own = rooms.rules.room(news.room)?.member(device.user) {
        invites.insert(own.event)
      }
    }
    let state = try await history.state(of: whole)
    material.state = state.mapValues { $0.map { self.timelineEvent($0) } }
    let single = try await history.events(invites)
    material.single = single.mapValues { self.timelineEvent($0) }
    return written(news, material, for: query)
  }

  private func written(
    _ news: [RoomNews], _ material: RoomMaterial, for query: RoomsQuery
  ) -> (rooms: [[UInt8]], receipts: [[UInt8]]) {
    let now = time.now.wall.milliseconds
    var (elements, receipts): ([[UInt8]], [[UInt8]]) = ([], [])
    for news in news {
      guard let room = rooms.rules.room(news.room), let snapshot = snapshot(of: room, news, material, query)
      else { continue }
      elements.append(snapshot.element(now: now))
      let told = news.receipts.compactMap(Receipt.init)
      if !told.isEmpty { receipts.append(EphemeralEvent.receipts(told).encoded(in: room.id)) }
    }
    return (elements, receipts)
  }

  private func snapshot(
    of room: Room, _ news: RoomNews, _ material: RoomMaterial, _ query: RoomsQuery
  ) -> RoomSnapshot? {
    guard let own = room.member(query.device.user),
      let timeline = RoomTimeline(news, material, query.filter.timeline),
      let start = SyncToken("t" + sync.seal.seal(timeline.start)),
      let end = SyncToken("t" + sync.seal.seal(news.range.through))
    else { return nil }
    var snapshot = RoomSnapshot(
      room.id, membership: own.membership, visibility: room.isListed ? .public : .private, start: start,
      end: end)
    switch news.place {
    case .joined, .left:
      snapshot.messages = timeline.events.map { $0.viewed(by: query.device) }
      snapshot.state = (material.state[room.id] ?? []).map {
        (material.visibility[room.id].map($0.shown) ?? $0).viewed(by: query.device)
      }
      snapshot.accountData = news.accountData.map {
        StreamBytes.accountData(type: Array($0.type.utf8), content: $0.content)
      }
    case .invited, .knocked:
      guard let invite = material.single[own.event] else { return nil }
      snapshot.inviter = news.place == .invited ? invite.event.sender : nil
      snapshot.invite = invite.viewed(by: query.device)
    }
    return snapshot
  }
}
