internal import MatrixWire
internal import Ports
internal import PresenceCore

/// What waits to be sent to a peer.
struct OutboundQueue: Sendable {
  var contents = OutboundContents()
  /// Users whose states wait for the batch, or for any other message (R7).
  var changed: Set<UserID> = []
  /// What the peer refused by itself, until it is tried again. It holds up nothing else.
  var parked = OutboundContents()
  /// Into how many parts the queue is cut: more where the peer refuses that much at a time.
  var parts = 1
  /// When the first of what waits has to go.
  var flushAt: Instant?
  /// When the queue is looked at next.
  var flushArmed: Instant?

  /// Enough to leave one item in each part, whatever the size.
  static let mostParts = 65_536

  /// Whether nothing is left but what is parked.
  var isEmpty: Bool { contents.isEmpty && changed.isEmpty }

  /// Queues a list message. Of one relation only the newest is sent.
  ///
  /// - Returns: the message it replaces, if that was another one.
  mutating func add(_ message: ListEDU) -> ListEDU? {
    let place = contents.messages.firstIndex { $0.relation == message.relation }
    let older = place.map { contents.messages.remove(at: $0) }
    contents.messages.append(message)
    return older == message ? nil : older
  }

  /// Takes out the parked messages that a new one replaces.
  ///
  /// - Returns: those of them that say something else.
  mutating func unpark(_ message: ListEDU) -> [ListEDU] {
    let older = parked.messages.filter { $0.relation == message.relation }
    parked.messages.removeAll { $0.relation == message.relation }
    return older.filter { $0 != message }
  }

  /// Queues the contents of a transaction again. What came since is newer, and what no subscription wants any more is
  /// left out.
  ///
  /// - Returns: the messages that newer ones replace.
  mutating func requeue(_ again: OutboundContents, _ subscriptions: Subscriptions) -> [ListEDU] {
    let newer = contents.messages
    contents.messages = again.messages
    let older = newer.compactMap { add($0) }
    changed.formUnion(again.states.intersection(subscriptions.watchedByThem))
    contents.polls.formUnion(again.polls.filter { subscriptions.watchedByUs[$0] != nil })
    if contents.unpolls.isEmpty { contents.isDecline = again.isDecline }
    contents.unpolls.formUnion(again.unpolls.filter { subscriptions.watchedByUs[$0] == nil })
    contents.queries.formUnion(again.queries)
    contents.refusals.formUnion(again.refusals)
    contents.isReminder = contents.isReminder || again.isReminder
    contents.isAnswer = contents.isAnswer || again.isAnswer
    contents.isGreeting = contents.isGreeting || again.isGreeting
    return older
  }

  /// A user may not be shown to the peer any more: not even what is queued is sent.
  mutating func remove(_ user: UserID) {
    changed.remove(user)
    contents.states.remove(user)
  }

  /// Sends what waits no later than this.
  mutating func flush(_ name: ServerName, at instant: Instant, _ agenda: inout Agenda) {
    if flushAt.map({ instant < $0 }) ?? true { flushAt = instant }
    armFlush(name, at: instant, &agenda)
  }

  /// Looks at the queue no later than this: it may be due already, and held up by a transaction under way.
  mutating func armFlush(_ name: ServerName, at instant: Instant, _ agenda: inout Agenda) {
    if let flushArmed, flushArmed <= instant { return }
    flushArmed = instant
    agenda.set(instant, for: .flush(name))
  }
}
