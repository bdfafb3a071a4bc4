internal import MatrixWire
internal import Ports
internal import PresenceCore
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
    let position = sync.position(of: user)
    let filter = poll.parameters.filter
    let presence = await told(user, since: open.since, as: poll.form) {
      filter.presence.allows($0, to: user)
    } isWanted: {
      !poll.isAbandoned.load(ordering: .relaxed)
    }
    if poll.isAbandoned.load(ordering: .relaxed) {
      poll.deliver(open.farewell)
    } else if !accounts.isHeld(poll.token) {
      // Its session ended meanwhile.
      poll.deliver(APIError.loggedOut.response)
    } else {
      poll.deliver(
        poll.answer(
          from: open.start, to: position.token, isComplete: open.since == nil && open.start != nil,
          accountData: accountData(of: user, since: open.since, filter), presence: presence))
    }
    end([open])
    answerPolls([])
  }

  /// The presence of all contacts and a user's own account data outside of any stream, with their position. Nothing of
  /// lists and invites: clients that ask this way are older than they are.
  func snapshot(
    for user: UserID, as form: StreamForm
  ) async -> (presence: [[UInt8]], accountData: [[UInt8]], position: SyncToken) {
    await lookInTurns(user)
    let position = sync.position(of: user).token
    let presence = await told(user, since: nil, as: form, where: \.isPresence)
    return (presence, accountData(of: user, since: nil, .everything), position)
  }

  /// A person's list as `GET .../presence/list` answers it (E2).
  func listInParts(of user: UserID) async -> PresenceListAnswer {
    await lookInTurns(user)
    let position = sync.position(of: user).token
    let (entries, invites) = contents(of: user)
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
      notices.filter(passes).compactMap { view.event($0)?.encoded(as: form) }
    }
    if let since {
      let notices = sync.view(of: user, rules, time.now).changes(since: since.version)
      return await inParts(notices, for: user, isWanted: isWanted, as: StreamBytes.events) {
        written([$0], $1)
      }.filter { !$0.isEmpty }
    }
    let (entries, invites) = contents(of: user)
    var parts = await inParts([StreamView.Notice.own(isComplete: true)], for: user, as: StreamBytes.events) {
      written([$0], $1)
    }
    parts += await inParts(entries, for: user, isWanted: isWanted, as: StreamBytes.events) {
      written($1.notices(of: $0.key, $0.value), $1)
    }
    parts += await inParts(invites, for: user, isWanted: isWanted, as: StreamBytes.events) {
      written([$1.notice(of: $0.0, $0.1)], $1)
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
    let view = sync.view(of: viewer, rules, time.now)
    return elements.flatMap { make($0, view) }
  }

  private func contents(
    of user: UserID
  ) -> (entries: OrderedEntries, invites: [(UserID, WallTime)]) {
    let view = sync.view(of: user, rules, time.now)
    return (view.entries(), view.pendingInvites())
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
