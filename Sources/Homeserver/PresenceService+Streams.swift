internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import Synchronization

/// Polls and what they are answered with.
///
/// One visit opens any number of polls, and one pass answers all whom a change wakes: each event is written
/// once, and its bytes are shared by everybody who may see it.
extension PresenceService {
  /// Opens polls; each is answered now, or parked until it has something to say. Those whose answer is long are
  /// answered last, in parts.
  func open(_ polls: [Poll]) async {
    // `/events` without `from` begins now (Protocol 4.1): where that is is known when everybody was looked at.
    for poll in polls where poll.beginsNow { await lookInTurns(poll.device.user) }
    let now = time.now
    var opened: [OpenPoll] = []
    for poll in polls {
      do throws(APIError) { opened.append(try open(poll, now)) } catch { poll.deliver(error.response) }
    }
    let long = opened.filter(isLong)
    answerPolls(long.isEmpty ? opened : opened.filter { !isLong($0) })
    for open in long { await answerInParts(open) }
  }

  /// Their time is up, or their client has gone and been answered.
  func answerPolls(due: [OpenPoll], gone: [OpenPoll]) {
    end(gone)
    answerPolls(due)
  }

  /// The server stops: polls that wait are told so, and nothing else.
  func close(_ polls: [OpenPoll]) {
    let left = polls + woken + long
    (woken, long) = ([], [])
    for open in left { dismiss(open) }
    for waiting in queries.takeAll() { waiting.resume(returning: nil) }
    answerPolls([])
  }

  /// Account data of a person, which is stored already, is another now: their own clients are told.
  func accountDataChanged(_ type: String, of user: UserID) {
    news += index.accountDataChanged(Array(type.utf8), of: user)
    answerLater()
  }

  // MARK: Opening and ending

  /// - Throws: 401 where its token was ended meanwhile, 429 where it has too many polls open, 503 where the client has
  ///   gone, 400 for a token this server never gave, or gave too long ago.
  ///
  /// What a poll says of presence is not charged as a change of status: a refused poll makes a person offline who
  /// is not, and `RateLimits.requests` and the batching of answers hold what watchers get of it.
  private func open(_ poll: Poll, _ now: Moment) throws(APIError) -> OpenPoll {
    guard !poll.isAbandoned.load(ordering: .relaxed) else { throw .gone }
    let (device, parameters) = (poll.device, poll.parameters)
    var since = try position(of: poll)
    guard accounts.isHeld(poll.token) else {
      throw .loggedOut
    }
    do {
      let (stream, effects) = try rules.streamOpened(of: device.user, on: device.id, poll.intent, now: now)
      dispatch(effects)
      var start = parameters.since
      if poll.beginsNow {
        _ = look(device.user, waits: false)
        since = index.version(of: device.user)
        start = token(index.version(of: device.user))
      }
      if parameters.isFull { since = nil }
      return OpenPoll(
        poll: poll, stream: stream, since: since, start: start, deadline: now.instant + parameters.wait)
    } catch {
      throw APIError(error)
    }
  }

  /// Polls were answered: those of one person end together.
  func end(_ polls: [OpenPoll]) {
    guard polls.count > 1 else {
      if let open = polls.first {
        dispatch(rules.streamEnded(open.stream, of: open.device.user, on: open.device.id, now: time.now))
      }
      return
    }
    let now = time.now
    var ended: [UserID: [(StreamID, DeviceID)]] = [:]
    var users: [UserID] = []
    for open in polls {
      if ended[open.device.user] == nil { users.append(open.device.user) }
      ended[open.device.user, default: []].append((open.stream, open.device.id))
    }
    for user in users { dispatch(rules.streamsEnded(ended[user] ?? [], of: user, now: now)) }
  }

  /// Ends a poll that is told nothing: what was found for it may not be its client's any longer.
  func dismiss(_ open: OpenPoll) {
    open.poll.deliver(open.farewell)
    end([open])
  }

  // MARK: Answering

  /// Answers these polls and all that were woken, or parks them. Of very many a part, and the others in later locks.
  func answerPolls(_ polls: [OpenPoll]) {
    wake()
    var waiting = polls + woken
    woken = []
    while !waiting.isEmpty {
      let count = number(inOneTurn: waiting)
      let later = waiting[count...]
      waiting = Array(waiting.prefix(count))
      // While events are shared nothing changes: streams are ended when all are answered.
      let now = time.now
      var shared = SharedEvents()
      var (answered, unread) = ([OpenPoll](), [OpenPoll]())
      for open in waiting {
        switch answerPoll(open, now, &shared) {
        case .answered: answered.append(open)
        case .parked: break
        case .unread: unread.append(open)
        }
      }
      end(answered)
      wake()
      if !later.isEmpty || !unread.isEmpty {
        woken = later + unread + woken
        answerLater()
        break
      }
      waiting = woken
      woken = []
    }
    keepDeadlines()
  }

  /// How many of these polls are looked at in one turn: by how much may have changed for each, so that a turn is short.
  private func number(inOneTurn polls: [OpenPoll]) -> Int {
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

  /// What became of a poll.
  private enum PollOutcome {
    case answered
    /// It waits, or is told in parts.
    case parked
    /// So many people changed that they were not all looked at.
    case unread
  }

  private func answerPoll(_ open: OpenPoll, _ now: Moment, _ shared: inout SharedEvents) -> PollOutcome {
    let (poll, user) = (open.poll, open.device.user)
    guard look(user, waits: open.since != nil && now.instant < open.deadline) else { return .unread }
    guard isReached(open) else {
      poll.deliver(Self.unknownPosition(of: poll).response)
      return .answered
    }
    let version = index.version(of: user)
    let view = view(of: user, at: now)
    let filter = poll.parameters.filter
    let isQuiet = open.since == version
    let notices =
      isQuiet
      ? []
      : (open.since.map(view.changes) ?? view.everything()).filter { filter.presence.allows($0, to: user) }
    let data = isQuiet ? [] : view.accountData(since: open.since, filter.accountData)
    let hasNews = !notices.isEmpty || !data.isEmpty
    if open.since != nil {
      var (until, after) = (open.deadline, version)
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
    guard notices.count <= 2 * Self.part else {
      answerInPartsLater(open)
      return .parked
    }
    poll.deliver(
      poll.answer(
        from: open.start, to: token(version), isComplete: open.since == nil && open.start != nil,
        accountData: data.compactMap(view.accountDataEvent),
        presence: notices.compactMap { shared.bytes(of: $0, in: view, as: poll.form) }))
    return .answered
  }

  func view(of user: UserID, at now: Moment) -> StreamView {
    StreamView(rules: rules, index: index, profiles: accounts, viewer: user, now: now)
  }

  // MARK: Tokens

  /// The version a poll goes on from; nil for a beginning, which a position of another life is as well.
  private func position(of poll: Poll) throws(APIError) -> UInt64? {
    guard let token = poll.parameters.since else { return nil }
    guard let position = StreamPosition(token),
      position.life != life || index.reaches(position.version, for: poll.device.user)
    else { throw Self.unknownPosition(of: poll) }
    return position.life == life ? position.version : nil
  }

  static func unknownPosition(of poll: Poll) -> APIError {
    .unknownPosition(poll.form.shape == .withSender ? .sync : .events)
  }

  /// Whether everything since a poll's position can still be told to it: what ended since may be forgotten.
  func isReached(_ open: OpenPoll) -> Bool {
    open.since.map { index.reaches($0, for: open.device.user) } ?? true
  }

  func token(_ version: UInt64) -> SyncToken { StreamPosition(life: life, version: version).token }
}
