internal import MatrixWire
internal import Ports

/// Everything the engine keeps of one peer.
struct PeerState: Sendable {
  /// A remote user who is watched here.
  struct Watched: Sendable {
    /// Who looks now, and is not hiding.
    var observers: Set<UserID> = []
    /// Whose interest stands whether or not they are there.
    var relationship: Set<UserID> = []
    /// Whether the peer was polled for them, or is being polled.
    var isPolled = false
    /// Whether the peer refused them.
    var isRefused = false
    /// Whether they were polled once more, because an answer said nothing of use about them.
    var isAskedAgain = false
    var version: Version?
    var heardAt: Instant?
    /// When their profile was last asked for, where their server does not send it along.
    var profileAskedAt: Instant?
    /// Whether they are shown as other than offline or unknown.
    var isPresent = false

    var isWanted: Bool { !observers.isEmpty || !relationship.isEmpty }
    /// Whether a crash of the peer would change what a watcher is shown.
    var isAtStake: Bool { isPresent && !observers.isEmpty }
  }

  /// The transaction that is under way; there is never another.
  struct InFlight: Sendable {
    var outbound: OutboundTransaction
    var contents: Contents
    /// Holds a state that the peer may not have any more: not to be repeated unchanged.
    var isTainted = false
    var isWaiting = false
    /// When the running attempt began.
    var since: Instant
  }

  // What is known of the peer.
  /// Nil while nothing came from them.
  var speaksAdditions: Bool?
  /// Has polled without our additions: a server of the first design.
  var hasPolled = false
  var epoch: Int64?
  var order: Transaction.Order?
  var lastHeard: Instant?
  var isSilent = false
  /// How long states of the peer hold without news.
  var promise: Duration?

  // Subscriptions in both directions.
  var watchedByUs: [UserID: Watched] = [:]
  var watchedByThem: Set<UserID> = []
  /// How many of `watchedByUs` are at stake.
  var atStake = 0
  var isRemembered = false

  // What waits to be sent.
  var queue = Contents()
  /// Users whose states wait for the batch, or for any other message.
  var changed: Set<UserID> = []
  /// When the first of what waits has to go.
  var flushAt: Instant?
  /// When the queue is looked at next.
  var flushArmed: Instant?
  var inFlight: InFlight?
  var failures = 0
  /// Attempts in a row that were not answered at all.
  var unanswered = 0
  var failingSince: Instant?
  /// When the waiting transaction is tried again.
  var retryAt: Instant?
  /// How often in a row the peer said that our epoch is behind.
  var timesBehind = 0

  /// One-shot queries that the peer may still answer by a transaction of its own.
  var awaitedOnces: Set<UserID> = []
  /// What the peer refused by itself, until it is tried again.
  var aside = Contents()
  /// Into how many parts the queue is cut: more where the peer refuses that much at a time.
  var parts = 1

  // What we told them.
  var ourEpoch: Int64
  /// The number of our last transaction to the peer in this epoch; 0 where there was none since it was forgotten.
  var lastNumber: Int64 = 0
  var tally: [MessageCause: Int] = [:]

  // The watchdogs.
  /// A reminder has no answer yet; the answer may come as a transaction of its own.
  var awaitsAnswer = false
  /// When the peer last made or renewed its promise.
  var refreshedAt: Instant?
  var shortInterval: Duration
  /// The span drawn for the running short timer; nil where it does not run.
  var shortSpan: Duration?
  var longAt: Instant?
  /// When the oldest of what it said is to be looked at, where it is a server of today; no later than that is of age.
  var expiryAt: Instant?

  init(ourEpoch: Int64, shortInterval: Duration) {
    self.ourEpoch = ourEpoch
    self.shortInterval = shortInterval
  }

  var isSubscribed: Bool { !watchedByUs.isEmpty || !watchedByThem.isEmpty }

  /// A server of today: it pushes by rooms, and never answers (R12).
  var isModern: Bool { speaksAdditions == false && !hasPolled }

  /// Which watchdogs should run: the short one where silence would change what is shown, or under a policy that always
  /// watches (R4). `isAtPeace` says that there is nothing new to remember and nothing to forget.
  ///
  /// Mutating although it changes nothing, so that a value that is lent out for changes is not copied.
  mutating func timers(
    _ policy: PresencePolicy
  ) -> (short: Bool, long: Bool, isModern: Bool, isAtPeace: Bool) {
    let isSubscribed = isSubscribed
    let isWatched = policy == .literal ? isSubscribed : atStake > 0
    return (isWatched && !isSilent && !isModern, isSubscribed, isModern, isSubscribed && isRemembered)
  }

  /// Whether nothing about the peer needs to be kept.
  var isIdle: Bool {
    !isSubscribed && queue.isEmpty && inFlight == nil && awaitedOnces.isEmpty && aside.isEmpty
  }

  /// Whether nothing ever came from them, as far as is remembered.
  var isStranger: Bool { lastHeard == nil && epoch == nil && order == nil }

  mutating func update(_ user: UserID, _ change: (inout Watched) -> Void) {
    guard var watched = watchedByUs[user] else { return }
    let before = watched.isAtStake
    change(&watched)
    if watched.isAtStake != before { atStake += watched.isAtStake ? 1 : -1 }
    watchedByUs[user] = watched
  }

  mutating func unwatch(_ user: UserID) {
    if watchedByUs.removeValue(forKey: user)?.isAtStake == true { atStake -= 1 }
  }

  /// Queues a list message. Of one relation only the newest is sent.
  ///
  /// - Returns: the message it replaces, if that was another one.
  mutating func add(_ message: ListEDU) -> ListEDU? {
    let place = queue.messages.firstIndex { $0.isSameRelation(as: message) }
    let older = place.map { queue.messages.remove(at: $0) }
    queue.messages.append(message)
    return older == message ? nil : older
  }

  /// Queues the contents of a transaction again. What came since is newer.
  ///
  /// - Returns: the messages that newer ones replace.
  mutating func requeue(_ contents: Contents) -> [ListEDU] {
    let newer = queue.messages
    queue.messages = contents.messages
    let older = newer.compactMap { add($0) }
    changed.formUnion(contents.states.intersection(watchedByThem))
    queue.polls.formUnion(contents.polls.filter { watchedByUs[$0] != nil })
    if queue.unpolls.isEmpty { queue.isDecline = contents.isDecline }
    queue.unpolls.formUnion(contents.unpolls.filter { watchedByUs[$0] == nil })
    queue.onces.formUnion(contents.onces)
    queue.refusals.formUnion(contents.refusals)
    queue.isReminder = queue.isReminder || contents.isReminder
    queue.isAnswer = queue.isAnswer || contents.isAnswer
    queue.isGreeting = queue.isGreeting || contents.isGreeting
    return older
  }
}

extension ListEDU {
  func isSameRelation(as other: ListEDU) -> Bool {
    observer == other.observer && observed == other.observed
  }
}
