internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import Synchronization

/// Polls and what they are answered with.
///
/// One visit opens any number of polls, and one pass answers all whom a change wakes: each event is written
/// once, and its bytes are shared by everybody who may see it.
extension PresenceService {
  /// Opens polls; each is answered now, or parked until it has something to say.
  func open(_ polls: [Poll]) {
    let now = time.now
    var opened: [OpenPoll] = []
    for poll in polls {
      do throws(Refusal) { opened.append(try open(poll, now)) } catch { poll.deliver(error.response) }
    }
    attend(opened)
  }

  /// Their time is up, or whoever asked has gone and been answered.
  func attend(due: [OpenPoll], gone: [OpenPoll]) {
    for open in gone { end(open) }
    attend(due)
  }

  /// The server stops: polls that wait are told so, and nothing else.
  func close(_ polls: [OpenPoll]) {
    for open in polls { dismiss(open) }
    attend([])
  }

  /// Everybody's presence and a person's own account data outside of any stream, with the position they stand for.
  /// Nothing of lists and invites: whoever asks this way is older than they are.
  func snapshot(
    for user: UserID, as form: StreamForm
  ) -> (presence: [[UInt8]], accountData: [[UInt8]], position: SyncToken) {
    look(user, waits: false)
    let view = view(of: user, at: time.now)
    return (
      view.everything().filter(\.isPresence).compactMap { view.event($0)?.encoded(as: form) },
      view.accountData(since: nil, .everything).compactMap(view.accountDataEvent),
      token(index.version(of: user))
    )
  }

  /// Account data of a person, which is stored already, is another now: their own clients are told.
  func accountDataChanged(_ type: String, of user: UserID) {
    news += index.accountDataChanged(Array(type.utf8), of: user)
    answerLater()
  }

  // MARK: Opening and ending

  /// - Throws: 401 where its token was ended meanwhile, 429 where it has too many polls open, 503 where
  ///   whoever asked has gone, 400 for a token this server never gave, or gave too long ago.
  ///
  /// What a poll says of presence is not charged as a change of status: a refused poll makes a person offline who
  /// is not, and `RateLimits.requests` and the batching of answers hold what watchers get of it.
  private func open(_ poll: Poll, _ now: Moment) throws(Refusal) -> OpenPoll {
    guard !poll.isAbandoned.load(ordering: .relaxed) else { throw .gone }
    let (device, parameters) = (poll.device, poll.parameters)
    var since = try position(of: poll)
    guard accounts.isHeld(poll.token) else {
      throw Refusal(401, .unknownToken, "The session was logged out.")
    }
    do {
      let (stream, effects) = try rules.streamOpened(of: device.user, on: device.id, poll.intent, now: now)
      carryOut(effects)
      var start = parameters.since
      if poll.form.shape == .contentOnly, start == nil {
        // `/events` without `from` begins now (protocol 4.1).
        look(device.user, waits: false)
        since = index.version(of: device.user)
        start = token(index.version(of: device.user))
      }
      if parameters.isFull { since = nil }
      return OpenPoll(
        poll: poll, stream: stream, since: since, start: start, deadline: now.instant + parameters.wait)
    } catch {
      throw Refusal(error)
    }
  }

  private func end(_ open: OpenPoll) {
    carryOut(rules.streamEnded(open.stream, of: open.device.user, on: open.device.id, now: time.now))
  }

  /// Ends a poll that is told nothing: what was found for it may not be its client's any longer.
  func dismiss(_ open: OpenPoll) {
    open.poll.deliver(open.farewell)
    end(open)
  }

  // MARK: Answering

  /// Answers these polls and all that were woken, or parks them.
  func attend(_ polls: [OpenPoll]) {
    wake()
    var waiting = polls + woken
    woken = []
    while !waiting.isEmpty {
      // While events are shared nothing changes: streams are ended when all are answered.
      let now = time.now
      var shared = SharedEvents()
      let answered = waiting.filter { attend($0, now, &shared) }
      for open in answered { end(open) }
      wake()
      waiting = woken
      woken = []
    }
    keepDeadlines()
  }

  /// - Returns: whether the poll was answered.
  private func attend(_ open: OpenPoll, _ now: Moment, _ shared: inout SharedEvents) -> Bool {
    let (poll, user) = (open.poll, open.device.user)
    look(user, waits: open.since != nil && now.instant < open.deadline)
    guard open.since.map({ index.reaches($0, for: user) }) ?? true else {
      poll.deliver(Self.unknownPosition(of: poll).response)
      return true
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
        // Something to say. While changes keep coming they share an answer (protocol 5.4).
        let quiet = lastAnswers[open.device].map { $0 + batching }
        (until, after) = (min(quiet ?? now.instant, open.deadline), .max)
      }
      if now.instant < until {
        if hub.park(open, after: after, until: until) { return false }
        poll.deliver(open.farewell)
        return true
      }
      if hasNews { lastAnswers[open.device] = now.instant }
    }
    poll.deliver(
      poll.answer(
        from: open.start, to: token(version), isComplete: open.since == nil && open.start != nil,
        accountData: data.compactMap(view.accountDataEvent),
        presence: notices.compactMap { shared.bytes(of: $0, in: view, as: poll.form) }))
    return true
  }

  private func view(of user: UserID, at now: Moment) -> StreamView {
    StreamView(rules: rules, index: index, profiles: accounts, viewer: user, now: now)
  }

  // MARK: Tokens

  /// The version a poll goes on from; nil for a beginning, which a position of another life is as well.
  private func position(of poll: Poll) throws(Refusal) -> UInt64? {
    guard let token = poll.parameters.since else { return nil }
    guard let position = StreamPosition(token),
      position.life != life || index.reaches(position.version, for: poll.device.user)
    else { throw Self.unknownPosition(of: poll) }
    return position.life == life ? position.version : nil
  }

  private static func unknownPosition(of poll: Poll) -> Refusal {
    .unknownPosition(poll.form.shape == .withSender ? .sync : .events)
  }

  func token(_ version: UInt64) -> SyncToken { StreamPosition(life: life, version: version).token }
}
