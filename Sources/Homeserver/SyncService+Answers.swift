internal import MatrixWire
internal import Ports
internal import PresenceCore

/// What polls are answered with: each event is written once in a pass, and its bytes are shared by everybody who may see
/// it.
extension SyncService {
  /// How many of these polls are answered in one turn: by how much may have changed for each, so that a turn is short.
  func number(inOneTurn polls: [OpenPoll]) -> Int {
    var (count, work) = (0, 0)
    for open in polls {
      let user = open.device.user
      work += 1 + (index.listRecords(of: user).count + index.inviteRecords(of: user).count) / 128
      guard count == 0 || work <= Self.workInOneTurn else { break }
      count += 1
    }
    return count
  }

  /// In polls of people whose lists are short; about 10 microseconds each.
  private static let workInOneTurn = 32

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
    var shared = SharedEvents()
    var (answered, unread) = ([OpenPoll](), [OpenPoll]())
    for open in polls {
      switch answer(open, rules, now, &shared) {
      case .answered: answered.append(open)
      case .parked: break
      case .unread: unread.append(open)
      }
    }
    return (answered, unread)
  }

  /// What became of a poll.
  private enum PollOutcome {
    case answered
    /// It waits, or is told in parts.
    case parked
    /// So many people changed that they were not all looked at.
    case unread
  }

  private mutating func answer(
    _ open: OpenPoll, _ rules: PresenceRules, _ now: Moment, _ shared: inout SharedEvents
  ) -> PollOutcome {
    let (poll, user) = (open.poll, open.device.user)
    guard look(user, waits: open.since != nil && now.instant < open.deadline) else { return .unread }
    guard isReached(open) else {
      poll.deliver(Self.unknownPosition(of: poll).response)
      return .answered
    }
    let position = position(of: user)
    let view = view(of: user, rules, now)
    let filter = poll.parameters.filter
    let isQuiet = open.since == position
    let notices = isQuiet ? [] : view.changes(since: open.since, filter)
    let types = isQuiet ? [] : accountData(of: user).changes(since: open.since, filter)
    let hasNews = !notices.isEmpty || !types.isEmpty
    if open.since != nil {
      var (until, after) = (open.deadline, position.version)
      if hasNews {
        // Something to say. While changes keep coming they share an answer (Protocol 5.4).
        let quiet = lastAnswers[open.device].map { $0 + batching }
        (until, after) = (min(quiet ?? now.instant, open.deadline), .max)
      }
      if now.instant < until {
        if hub.park(open, after: after, until: until) { return .parked }
        poll.deliver(open.farewell)
        return .answered
      }
      if hasNews { lastAnswers[open.device] = now.instant }
    }
    guard notices.count <= 2 * PresenceService.part else {
      long.append(open)
      return .parked
    }
    poll.deliver(
      poll.answer(
        from: open.start, to: position.token, isComplete: open.since == nil && open.start != nil,
        accountData: types.isEmpty ? [] : types.compactMap(accountData(of: user).event),
        presence: notices.compactMap { shared.bytes(of: $0, in: view, as: poll.form) }))
    return .answered
  }
}
