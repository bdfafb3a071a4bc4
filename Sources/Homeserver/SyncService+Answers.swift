internal import MatrixWire
internal import Ports
internal import PresenceCore

/// What polls are answered with: each event is written once in a pass, and its bytes are shared by everybody who may see
/// it.
extension SyncService {
  /// How many of these polls are answered next, so that a turn is short: by how much may have changed for each.
  ///
  /// - Parameters:
  ///   - polls: those that are to be answered.
  ///   - room: what is left of `workInOneTurn`; less afterwards.
  /// - Returns: at least one.
  func number(of polls: [OpenPoll], within room: inout Int) -> Int {
    var count = 0
    for open in polls {
      let user = open.device.user
      let work = 1 + (index.listRecords(of: user).count + index.inviteRecords(of: user).count) / 128
      guard count == 0 || work <= room else { break }
      room -= work
      count += 1
    }
    return count
  }

  /// In polls of people whose lists are short; about 5 microseconds each.
  static let workInOneTurn = 64

  /// Answers polls, parks them, or keeps them to be told in parts: those among them that have much to be told.
  ///
  /// While events are shared nothing changes: streams are ended when all are answered.
  ///
  /// - Parameters:
  ///   - polls: what was postponed for their viewers is published.
  ///   - rules: the rules everybody reads.
  ///   - rooms: the rooms everybody reads.
  ///   - now: the time.
  /// - Returns: those that were answered, and those for whom so many people changed that they were not all looked at.
  mutating func answer(
    _ polls: [OpenPoll], _ rules: PresenceRules, _ rooms: RoomHost, _ now: Moment
  ) -> (answered: [OpenPoll], unread: [OpenPoll]) {
    guard let first = polls.first else { return ([], []) }
    var unread: [OpenPoll] = []
    var isRead = [Bool](repeating: true, count: polls.count)
    for (place, open) in polls.enumerated()
    where !look(
      open.device.user, waits: open.since != nil && now.instant < open.deadline, rules.audience.membership)
    {
      isRead[place] = false
      unread.append(open)
    }
    // From here on the streams stay as they are: one view serves all.
    var view = view(of: first.device.user, rules, rooms, now)
    var shared = SharedEvents()
    var answered: [OpenPoll] = []
    answered.reserveCapacity(polls.count)
    for (place, open) in polls.enumerated() where isRead[place] {
      view.viewer = open.device.user
      if answer(open, view, &shared) { answered.append(open) }
    }
    return (answered, unread)
  }

  /// - Returns: whether it was answered; if not it waits, or is told in parts.
  private mutating func answer(
    _ open: OpenPoll, _ view: StreamView, _ shared: inout SharedEvents
  ) -> Bool {
    let (poll, now) = (open.poll, view.now.instant)
    guard isReached(open) else {
      open.answer(Self.unknownPosition(of: poll).response)
      return true
    }
    let position = position(of: view.viewer, rooms: view.roomPosition)
    let filter = poll.parameters.filter
    let isQuiet = open.since == position
    let notices = isQuiet ? [] : view.changes(since: open.since, filter)
    let types = isQuiet ? [] : accountData(of: view.viewer).changes(since: open.since, filter)
    let rooms = isQuiet || position.rooms == nil ? .nothing : self.rooms(open, view)
    if case .unread = rooms {
      long.append(open)
      return false
    }
    let hasNews = !notices.isEmpty || !types.isEmpty || rooms.isNews
    if open.since != nil {
      var (until, after) = (open.deadline, position.version)
      if hasNews {
        // Something to say. While changes keep coming they share an answer (Protocol 5.4).
        let quiet = lastAnswers[open.device].map { $0 + batching }
        (until, after) = (min(quiet ?? now, open.deadline), .max)
      }
      if now < until {
        var open = open
        // Nothing of what was found concerns it: it need not be looked at again.
        if !hasNews { open.since = position }
        if hub.park(open, after: after, until: until) { return false }
        open.answer(open.farewell)
        return true
      }
      if hasNews { lastAnswers[open.device] = now }
    }
    guard notices.count <= 2 * PresenceService.part else {
      long.append(open)
      return false
    }
    shared.write(notices, in: view, as: poll.form)
    open.answer(
      poll.answer(
        from: open.start, to: token(of: position.ending(inRooms: rooms.end)),
        isComplete: open.since == nil && open.start != nil,
        accountData: types.isEmpty ? [] : types.compactMap(accountData(of: view.viewer).event),
        presence: shared.events, rooms: rooms))
    return true
  }

  /// What is new in rooms for a poll.
  func roomNews(_ open: OpenPoll, _ view: StreamView) -> [RoomNews] {
    RoomsSource(
      view, earlier: open.earlierRooms, tellsWholeRooms: open.poll.form.shape == .withSender,
      tellsAllState: open.poll.parameters.isFull
    )
    .changes(since: open.since, open.poll.parameters.filter)
  }

  /// What a poll is told of rooms, of what is at hand.
  private func rooms(_ open: OpenPoll, _ view: StreamView) -> RoomsAnswer {
    view.answer(roomNews(open, view), for: RoomsQuery(open.poll), seal, nil)
  }
}
