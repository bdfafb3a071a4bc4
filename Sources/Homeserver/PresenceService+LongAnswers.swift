internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import RoomCore
internal import Synchronization

/// Answers as long as a list: they are put together in parts, each in a turn of its own, so that no request waits
/// longer than for one part.
///
/// Such an answer is of its beginning, and its position says so: whatever changes while it is put together is newer,
/// and is told by the next poll, whether or not it is in the answer already. Whether a user may be seen is asked in the
/// turn in which they are written.
extension PresenceService {
  /// How many people are written in one turn.
  static let part = 100

  /// Whether everything is told to a viewer for whom there is much to tell.
  func isLong(_ open: OpenPoll) -> Bool {
    guard open.since == nil else { return false }
    let user = open.device.user
    return rules.lists.entries(of: user).count + rules.lists.invites(for: user).count > Self.part
      || rules.audience.membership.hasSharers(user)
  }

  /// Answers a poll that is told everything, or much.
  func answerInParts(_ open: OpenPoll) async {
    let (poll, user) = (open.poll, open.device.user)
    await lookInTurns(user)
    // Asked again, as the poll waited for this.
    guard sync.isReached(open) else {
      poll.deliver(SyncService.unknownPosition(of: poll).response)
      end([open])
      return answerPolls([])
    }
    let position = position(of: user)
    let filter = poll.parameters.filter
    let news = sync.roomNews(open, sync.view(of: user, rules, rooms, time.now))
    let presence = await told(user, since: open.since, as: poll.form) {
      filter.presence.allows($0, to: user)
    } isWanted: {
      !poll.isAbandoned.load(ordering: .relaxed)
    }
    var (rooms, failure): (RoomsAnswer, StoreError?) = (.nothing, nil)
    do throws(StoreError) { rooms = try await self.rooms(news, for: RoomsQuery(poll)) } catch {
      failure = error
    }
    if poll.isAbandoned.load(ordering: .relaxed) {
      poll.deliver(open.farewell)
    } else if !accounts.isHeld(poll.token) {
      // Its session ended meanwhile.
      poll.deliver(APIError.loggedOut.response)
    } else if failure == nil, let waiting = waiting(open, at: position, presence, rooms) {
      return answerPolls([waiting])
    } else if let failure {
      poll.deliver(APIError(503, .unknown, failure.message).response)
    } else {
      poll.deliver(
        poll.answer(
          from: open.start, to: sync.token(of: position.ending(inRooms: rooms.end)),
          isComplete: open.since == nil && open.start != nil,
          accountData: accountData(of: user, since: open.since, filter), presence: presence, rooms: rooms))
    }
    end([open])
    answerPolls([])
  }

  /// A poll that is told nothing of what was found and may wait: it goes on from there. Nil for one that is answered.
  private func waiting(
    _ open: OpenPoll, at position: StreamPosition, _ presence: [[UInt8]], _ rooms: RoomsAnswer
  ) -> OpenPoll? {
    let filter = open.poll.parameters.filter
    guard open.since != nil, time.instant < open.deadline, presence.isEmpty, !rooms.isNews,
      accountData(of: open.device.user, since: open.since, filter).isEmpty
    else { return nil }
    var waiting = open
    waiting.since = position
    return waiting
  }

  /// The presence of all contacts and a user's own account data outside of any stream, with their position. Nothing of
  /// lists and invites: clients that ask this way are older than they are.
  func snapshot(
    for user: UserID, as form: StreamForm
  ) async -> (presence: [[UInt8]], accountData: [[UInt8]], position: SyncToken) {
    await lookInTurns(user)
    let position = sync.token(of: position(of: user))
    let presence = await told(user, since: nil, as: form, where: \.isPresence)
    return (presence, accountData(of: user, since: nil, .everything), position)
  }

  /// A person's list as `GET .../presence/list` answers it (E2).
  func listInParts(of user: UserID) async -> PresenceListAnswer {
    await lookInTurns(user)
    let position = sync.token(of: position(of: user))
    let (entries, invites, _) = contents(of: user)
    return PresenceListAnswer(
      list: await inParts(entries, for: user) { entry, view in [view.listEntry(entry.key, entry.value)] },
      invites: await inParts(invites, for: user) { invite, view in [view.invite(invite.0, invite.1)] },
      observers: observers(of: user), nextBatch: position)
  }

  /// What a stream tells after a version, or from its beginning, as the bytes of events: those of each part stand
  /// together, with commas between them.
  private func told(
    _ user: UserID, since: StreamPosition?, as form: StreamForm, where passes: (StreamView.Notice) -> Bool,
    isWanted: () -> Bool = { true }
  ) async -> [[UInt8]] {
    func written(_ notices: [StreamView.Notice], _ view: StreamView) -> [[UInt8]] {
      notices.filter { passes($0) && view.stillTells($0) }.compactMap { view.event($0)?.encoded(as: form) }
    }
    if let since {
      let notices = sync.view(of: user, rules, rooms, time.now).changes(since: since)
      return await inParts(notices, for: user, isWanted: isWanted, as: StreamBytes.events) {
        written([$0], $1)
      }.filter { !$0.isEmpty }
    }
    let (entries, invites, roomMates) = contents(of: user)
    var parts = await inParts([StreamView.Notice.own(isComplete: true)], for: user, as: StreamBytes.events) {
      written([$0], $1)
    }
    parts += await inParts(entries, for: user, isWanted: isWanted, as: StreamBytes.events) {
      written($1.notices(of: $0.key, $0.value), $1)
    }
    parts += await inParts(invites, for: user, isWanted: isWanted, as: StreamBytes.events) {
      written([$1.notice(of: $0.0, $0.1)], $1)
    }
    parts += await inParts(roomMates, for: user, isWanted: isWanted, as: StreamBytes.events) {
      // A user who left meanwhile is not told of.
      $1.shows($0) ? written([.person($0)], $1) : []
    }
    return parts.filter { !$0.isEmpty }
  }

  /// Makes something of each element, `part` of them in a turn, of how things stand by then.
  private func inParts<Elements: RandomAccessCollection, Part>(
    _ elements: Elements, for viewer: UserID, _ make: (Elements.Element, StreamView) -> [Part]
  ) async -> [Part] {
    await inParts(elements, for: viewer, isWanted: { true }, as: \.self, make).flatMap(\.self)
  }

  /// The same, where what is made of a part is joined.
  private func inParts<Elements: RandomAccessCollection, Part, Joined>(
    _ elements: Elements, for viewer: UserID, isWanted: () -> Bool = { true },
    as join: ([Part]) -> Joined, _ make: (Elements.Element, StreamView) -> [Part]
  ) async -> [Joined] {
    var made: [Joined] = []
    var rest = elements[...]
    while !rest.isEmpty, isWanted() {
      made.append(join(part(rest.prefix(Self.part), for: viewer, make)))
      rest = rest.dropFirst(Self.part)
      await Task.yield()
    }
    return made
  }

  // A view must not be held while others have their turn: they change what it is of, and all of that would be copied. So
  // none stands in a function that waits.

  private func part<Elements: Collection, Part>(
    _ elements: Elements, for viewer: UserID, _ make: (Elements.Element, StreamView) -> [Part]
  ) -> [Part] {
    let view = sync.view(of: viewer, rules, rooms, time.now)
    return elements.flatMap { make($0, view) }
  }

  private func contents(
    of user: UserID
  ) -> (entries: OrderedEntries, invites: [(UserID, WallTime)], roomMates: [UserID]) {
    let view = sync.view(of: user, rules, rooms, time.now)
    return (view.entries(), view.pendingInvites(), view.unlistedRoomMates())
  }

  /// Whom a person allows to see them: in order, unless there are so many that everybody would wait for that.
  private func observers(of user: UserID) -> [UserID] {
    let observers = rules.lists.observers(of: user)
    return observers.count <= Self.mostSorted ? observers.sorted() : Array(observers)
  }

  private static let mostSorted = 1_000

  private func accountData(of user: UserID, since: StreamPosition?, _ filter: SyncFilter) -> [[UInt8]] {
    let source = sync.accountData(of: user)
    return source.changes(since: since, filter).compactMap(source.event)
  }
}
