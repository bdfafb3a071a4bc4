internal import MatrixWire
internal import PresenceCore
internal import RoomCore

/// Pages of timelines.
extension RoomReader {
  /// A part of a timeline, in the direction that was asked for.
  struct Page: Sendable {
    var events: [TimelineEvent] = []
    /// Where the next page begins.
    var end: UInt64
    /// Whether nothing comes after it.
    var isLast = false
  }

  /// How many events are read for one page at most: a filter may let few of them pass.
  private static let mostRead = 10 * MessagesQuery.mostEvents

  /// Reads a page of what a user may read and a filter lets pass.
  ///
  /// - Parameters:
  ///   - reach: how much of the room the user may read.
  ///   - range: which part of the timeline; its end in the direction is where the page begins.
  ///   - direction: which way.
  ///   - limit: how many events at most.
  ///   - filter: what passes.
  /// - Returns: the events, and where the next page begins.
  /// - Throws: `StoreError` where the store cannot be read.
  func page(
    _ reach: RoomReach, _ range: TimelineRange, _ direction: MessagesQuery.Direction, limit: Int,
    _ filter: RoomEventFilter
  ) async throws(StoreError) -> Page {
    var range = TimelineRange(
      after: min(range.after, reach.through), through: min(range.through, reach.through))
    var page = Page(end: direction == .backward ? range.through : range.after)
    // A client that follows the end of a page of nothing would come to no other.
    guard limit > 0, !filter.blocksEverything, filter.allows(room: reach.room) else {
      page.isLast = true
      return page
    }
    var read = 0
    // Where little passes, each query reads twice as much as the last.
    var most = max(32, 2 * limit)
    while read < Self.mostRead {
      let size = min(most + 1, MessagesQuery.mostEvents)
      most *= 2
      let found =
        range.isEmpty
        ? [] : try await presence.history.timeline(TimelinePage(reach.room, range, direction, limit: size))
      for stored in found {
        guard page.events.count < limit else { return page }
        switch direction {
        case .backward: range.through = stored.event.position - 1
        case .forward: range.after = stored.event.position
        }
        page.end = direction == .backward ? range.through : range.after
        guard reach.mayRead(stored.event) else { continue }
        let event = TimelineEvent(stored)
        if filter.allows(event) { page.events.append(event) }
      }
      guard found.count == size else {
        page.isLast = true
        return page
      }
      read += found.count
    }
    return page
  }

  /// `GET /rooms/{roomId}/messages`.
  ///
  /// - Parameters:
  ///   - query: which part.
  ///   - room: of which room.
  ///   - device: who asks.
  ///   - version: of the endpoint. The first ones say where a page ends also where nothing follows.
  /// - Returns: the body of the answer.
  /// - Throws: as `reach(of:in:)`, 400 for a position that was never given out.
  func messages(
    _ query: MessagesQuery, in room: RoomID, for device: Device, _ version: APIVersion
  ) async throws -> [UInt8] {
    let reach = try await reach(of: device.user, in: room)
    let from = try query.from.map { token throws(APIError) in try seal.position(of: token, in: "from") }
    let to = try query.to.map { token throws(APIError) in try seal.position(of: token, in: "to") }
    let isBackward = query.direction == .backward
    let start = from ?? (isBackward ? reach.through : 0)
    let range =
      isBackward
      ? TimelineRange(after: to ?? 0, through: start) : TimelineRange(after: start, through: to ?? .max)
    let page = try await page(reach, range, query.direction, limit: query.limit, query.filter)
    let state =
      query.filter.lazyLoadsMembers ? try await members(sending: page.events, reach) : []
    let isOpen = !page.isLast || version != .v3
    return RoomBytes.messages(
      start: query.from ?? seal.token(at: start), end: isOpen ? seal.token(at: page.end) : nil,
      chunk: await presence.viewed(page.events, by: device, reach),
      state: state.map { ViewedEvent($0.bytes) },
      as: version == .v1 ? .v1 : .withRoom, now: now)
  }

  /// `GET /rooms/{roomId}/context/{eventId}`.
  ///
  /// - Throws: as `reach(of:in:)`, 404 for an event that is not in the room, or that the user may not read.
  func context(
    of id: EventID, _ query: ContextQuery, in room: RoomID, for device: Device, _ version: APIVersion
  ) async throws -> [UInt8] {
    let reach = try await reach(of: device.user, in: room)
    guard let stored = try await event(id, reach) else { throw APIError.noSuchEvent(id) }
    let (event, position) = (TimelineEvent(stored), stored.event.position)
    let before = try await page(
      reach, TimelineRange(through: position - 1), .backward, limit: query.limit / 2, query.filter)
    let after = try await page(
      reach, TimelineRange(after: position), .forward, limit: query.limit - query.limit / 2, query.filter)
    let last = after.events.last?.position ?? position
    let told = before.events + [event] + after.events
    // Who may read an event need not be let see how the room was then: of their own invite, say.
    let found =
      reach.mayReadState(at: last)
      ? try await presence.history.state(of: [room: TimelineRange(through: last)])[room] : nil
    let state = (found ?? []).map { reach.shown(TimelineEvent($0)) }
      .filter { query.filter.passes($0, beside: told) }
    return RoomBytes.context(
      of: await presence.viewed(event, by: device, reach),
      before: await presence.viewed(before.events, by: device, reach),
      after: await presence.viewed(after.events, by: device, reach),
      state: state.map { ViewedEvent($0.bytes) },
      start: seal.token(at: before.end), end: seal.token(at: after.end),
      as: version == .v1 ? .v1 : .withRoom, now: now)
  }
}

extension RoomEventFilter {
  /// Whether state passes that is told beside a part of a timeline: of members loaded lazily those who speak in it, of
  /// all else what the filter lets pass.
  fileprivate func passes(_ state: TimelineEvent, beside events: [TimelineEvent]) -> Bool {
    guard lazyLoadsMembers, let member = state.member else { return allows(state) }
    return events.contains { $0.event.sender == member.user }
  }
}

extension APIError {
  /// For what is not there, and for what may not be read.
  static func noSuchEvent(_ id: EventID) -> APIError {
    APIError(404, .notFound, "There is no event \(id) in this room that you may read.")
  }
}
