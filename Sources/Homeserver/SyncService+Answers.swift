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
  ///   - now: the time.
  /// - Returns: those that were answered, and those for whom so many people changed that they were not all looked at.
  mutating func answer(
    _ polls: [OpenPoll], _ rules: PresenceRules, _ now: Moment
  ) -> (answered: [OpenPoll], unread: [OpenPoll]) {
    guard let first = polls.first else { return ([], []) }
    var unread: [OpenPoll] = []
    var isRead = [Bool](repeating: true, count: polls.count)
    for (place, open) in polls.enumerated()
    where !look(open.device.user, waits: open.since != nil && now.instant < open.deadline) {
      isRead[place] = false
      unread.append(open)
    }
    // From here on the streams stay as they are: one view serves all.
    var view = view(of: first.device.user, rules, now)
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
    let position = position(of: view.viewer)
    let filter = poll.parameters.filter
    let isQuiet = open.since == position
    let notices = isQuiet ? [] : view.changes(since: open.since, filter)
    let types = isQuiet ? [] : accountData(of: view.viewer).changes(since: open.since, filter)
    let hasNews = !notices.isEmpty || !types.isEmpty
    if open.since != nil {
      var (until, after) = (open.deadline, position.version)
      if hasNews {
        // Something to say. While changes keep coming they share an answer (Protocol 5.4).
        let quiet = lastAnswers[open.device].map { $0 + batching }
        (until, after) = (min(quiet ?? now, open.deadline), .max)
      }
      if now < until {
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
        from: open.start, to: position.token, isComplete: open.since == nil && open.start != nil,
        accountData: types.isEmpty ? [] : types.compactMap(accountData(of: view.viewer).event),
        presence: shared.events))
    return true
  }
}
