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
    let opened = openStreams(of: polls)
    let long = opened.filter(isLong)
    answerPolls(long.isEmpty ? opened : opened.filter { !isLong($0) })
    for open in long { await answerInParts(open) }
  }

  /// The time of some polls is up, or their client has gone and been answered; others were postponed until now.
  func answerPolls(due: [OpenPoll], gone: [OpenPoll]) {
    end(gone)
    let postponed = sync.hub.takePostponed(now: time.instant, othersWait: sync.isWaking)
    let opened = openStreams(of: postponed)
    let long = opened.filter(isLong)
    sync.long += long
    if !long.isEmpty { longAnswers.ring() }
    answerPolls(long.isEmpty ? due + opened : due + opened.filter { !isLong($0) })
  }

  /// Opens the streams of polls. Those that are refused are answered.
  private func openStreams(of polls: [Poll]) -> [OpenPoll] {
    let now = time.now
    var opened: [OpenPoll] = []
    opened.reserveCapacity(polls.count)
    for poll in polls {
      do throws(APIError) {
        opened.append(try open(poll, now))
      } catch {
        poll.deliver(error.response)
        if let stream = poll.inherited { endStream(stream, of: poll.device, now) }
      }
    }
    return opened
  }

  /// The server stops: polls that wait are told so, and nothing else.
  func close(_ polls: [OpenPoll]) {
    for open in polls + sync.takeAll() { dismiss(open) }
    for waiting in queries.takeAll() { waiting.resume(returning: nil) }
    for open in openStreams(of: sync.hub.takeAllPostponed()) { dismiss(open) }
    answerPolls([])
  }

  /// Account data of a person, which is stored already, is another now: their own clients are told.
  func accountDataChanged(_ type: String, of user: UserID) {
    sync.accountDataChanged(type, of: user)
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
    var (since, earlierRooms) = try sync.position(of: poll, rooms)
    guard accounts.isHeld(poll.token) else {
      throw .loggedOut
    }
    let stream = try stream(for: poll, now)
    var start = parameters.since
    if poll.beginsNow {
      _ = look(device.user, waits: false)
      let position = position(of: device.user)
      (since, start) = (position, sync.token(of: position))
    }
    if parameters.isFull { (since, earlierRooms) = (nil, since?.rooms ?? earlierRooms) }
    return OpenPoll(
      poll: poll, stream: stream, since: since, earlierRooms: earlierRooms, start: start,
      deadline: now.instant + parameters.wait)
  }

  /// The stream of the poll before, where its device has it open still, or a new one.
  private func stream(for poll: Poll, _ now: Moment) throws(APIError) -> StreamID {
    let (user, device) = (poll.device.user, poll.device.id)
    if let inherited = poll.inherited {
      if rules.mayGoOn(inherited, of: user, on: device, poll.intent) { return inherited }
      endStream(inherited, of: poll.device, now)
    }
    do throws(MatrixError) {
      let (stream, effects) = try rules.streamOpened(of: user, on: device, poll.intent, now: now)
      dispatch(effects)
      return stream
    } catch {
      throw APIError(error)
    }
  }

  private func endStream(_ stream: StreamID, of device: Device, _ now: Moment) {
    dispatch(rules.streamEnded(stream, of: device.user, on: device.id, now: now))
  }

  /// Ends the streams of polls that were answered, and whose clients did not ask again.
  func endLapsedStreams() {
    struct End: Hashable {
      let user: UserID
      let instant: Instant
    }
    let now = time.now
    // What follows looks at each device of a user: once for those that ended together.
    let lapsed = Dictionary(grouping: sync.takeLapsedStreams(at: now.instant)) { lapsed in
      End(user: lapsed.device.user, instant: lapsed.endedAt)
    }
    for (end, streams) in lapsed {
      let streams = streams.map { (stream: $0.stream, device: $0.device.id) }
      dispatch(rules.streamsEnded(streams, of: end.user, at: end.instant, now: now))
    }
  }

  /// Polls that were postponed are answered with nothing: their device is used by another client, or by none.
  func dismissPostponed(of device: Device) {
    for poll in sync.hub.takePostponed(of: device) {
      poll.deliver(poll.farewell)
      if let stream = poll.inherited { endStream(stream, of: device, time.now) }
    }
  }

  /// Polls were answered: those of one person end together.
  func end(_ polls: [OpenPoll]) {
    let now = time.now
    // Hardly ever are two of one user among them.
    guard polls.count > 1, Set(polls.map(\.device.user)).count < polls.count else {
      for open in polls { endStream(open.stream, of: open.device, now) }
      return
    }
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

  /// Answers these polls and all that were woken, or parks them. Of very many a part, and the others in later turns.
  func answerPolls(_ polls: [OpenPoll]) {
    wake()
    var waiting = polls.isEmpty ? sync.takeWoken() : polls + sync.takeWoken()
    var room = SyncService.workInOneTurn
    while !waiting.isEmpty, room > 0 {
      let count = sync.number(of: waiting, within: &room)
      if count < waiting.count {
        sync.putBack(waiting[count...])
        waiting.removeSubrange(count...)
      }
      for open in waiting { publishPostponed(for: open.device.user) }
      let (answered, unread) = sync.answer(waiting, rules, rooms, time.now)
      end(sync.keepStreams(of: answered, at: time.instant))
      wake()
      if sync.hasLong { longAnswers.ring() }
      sync.putBack(unread)
      // Those who were not looked at whole are, in a later turn.
      guard unread.isEmpty, room > 0 else { break }
      waiting = sync.takeWoken()
    }
    // Nobody comes back to them.
    if sync.hub.isClosed { for open in sync.takeAll() { dismiss(open) } }
    if sync.isWaking { answerLater() } else { keepDeadlines() }
  }
}
