internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import Synchronization

/// Answers as long as somebody's list: they are put together in parts, each in a turn of its own, so that nobody waits
/// longer than for one part.
///
/// Such an answer is of its beginning, and its position says so: whatever changes while it is put together is newer, and
/// is told by the next poll, whether or not it stands in the answer already. Whether somebody may be seen is asked in
/// the turn in which they are written.
extension PresenceService {
  /// How many people are written in one turn.
  static let part = 100

  /// Whether everything is told to somebody of whom there is much to tell.
  func isLong(_ open: OpenPoll) -> Bool {
    guard open.since == nil else { return false }
    let user = open.device.user
    return rules.lists.entries(of: user).count + rules.lists.invites(for: user).count > Self.part
  }

  /// Answers a poll that is told everything.
  func answerInParts(_ open: OpenPoll) async {
    let (poll, user) = (open.poll, open.device.user)
    look(user, waits: false)
    let position = token(index.version(of: user))
    let filter = poll.parameters.filter
    let notices = view(of: user, at: time.now).everything().filter { filter.presence.allows($0, to: user) }
    let presence = await inParts(notices, for: user) {
      $1.event($0)?.encoded(as: poll.form)
    } isWanted: {
      !poll.isAbandoned.load(ordering: .relaxed)
    }
    let view = view(of: user, at: time.now)
    if poll.isAbandoned.load(ordering: .relaxed) {
      poll.deliver(open.farewell)
    } else if !accounts.isHeld(poll.token) {
      // Its session ended meanwhile.
      poll.deliver(Refusal.loggedOut.response)
    } else {
      poll.deliver(
        poll.answer(
          from: open.start, to: position, isComplete: open.start != nil,
          accountData: view.accountData(since: nil, filter.accountData).compactMap(view.accountDataEvent),
          presence: presence))
    }
    end([open])
    attend([])
  }

  /// Everybody's presence and a person's own account data outside of any stream, with the position they stand for.
  /// Nothing of lists and invites: whoever asks this way is older than they are.
  func snapshot(
    for user: UserID, as form: StreamForm
  ) async -> (presence: [[UInt8]], accountData: [[UInt8]], position: SyncToken) {
    look(user, waits: false)
    let position = token(index.version(of: user))
    let notices = view(of: user, at: time.now).everything().filter(\.isPresence)
    let presence = await inParts(notices, for: user) { $1.event($0)?.encoded(as: form) }
    let view = view(of: user, at: time.now)
    return (
      presence, view.accountData(since: nil, .everything).compactMap(view.accountDataEvent), position
    )
  }

  /// A person's list as `GET .../presence/list` answers it (protocol E2).
  func listInParts(of user: UserID) async -> PresenceListAnswer {
    look(user, waits: false)
    let position = token(index.version(of: user))
    let view = view(of: user, at: time.now)
    let (entries, invites) = (view.entries(), view.pendingInvites())
    return PresenceListAnswer(
      list: await inParts(entries, for: user) { $1.listEntry($0.0, $0.1) },
      invites: await inParts(invites, for: user) { $1.invite($0.0, $0.1) },
      observers: rules.lists.observers(of: user).sorted(), nextBatch: position)
  }

  /// Makes something of each element, `part` of them in a turn, of how things stand by then.
  private func inParts<Element, Part>(
    _ elements: [Element], for viewer: UserID, _ make: (Element, StreamView) -> Part?,
    isWanted: () -> Bool = { true }
  ) async -> [Part] {
    var made: [Part] = []
    made.reserveCapacity(elements.count)
    var rest = elements[...]
    while !rest.isEmpty, isWanted() {
      // Not held while others have their turn: they change what it is of.
      let view = view(of: viewer, at: time.now)
      made += rest.prefix(Self.part).compactMap { make($0, view) }
      rest = rest.dropFirst(Self.part)
      if !rest.isEmpty { await Task.yield() }
    }
    return made
  }
}
