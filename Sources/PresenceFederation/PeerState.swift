internal import MatrixWire
internal import Ports

/// Everything an engine keeps of one other server.
struct PeerState: Sendable {
  /// A remote user who is watched here.
  struct Watched: Sendable {
    /// Who looks now, and is not hiding.
    var observers: Set<UserID> = []
    /// Whose interest stands whether or not they are there.
    var standing: Set<UserID> = []
    /// Whether the other server was asked, or is being asked.
    var isPolled = false
    /// Whether their server does not show them.
    var isRefused = false
    /// Whether they were asked for once more, because an answer said nothing of use about them.
    var isAskedAgain = false
    var version: Version?
    var heardAt: Instant?
    /// When their profile was last asked for, where their server does not send it along.
    var profileAskedAt: Instant?
    /// Whether they are shown as other than offline or unknown.
    var isPresent = false

    var isWanted: Bool { !observers.isEmpty || !standing.isEmpty }
    /// Whether a crash of the peer would change what a watcher is shown.
    var isAtStake: Bool { isPresent && !observers.isEmpty }
  }

  /// The transaction that is under way; there is never another.
  struct InFlight: Sendable {
    var outbound: OutboundTransaction
    var contents: Contents
    /// Holds a state that its reader may no longer have: not to be repeated as it stands.
    var isTainted = false
    var isWaiting = false
    /// When the running attempt began.
    var since: Instant
  }

  // What they are.
  /// Nil while nothing came from them.
  var speaksAdditions: Bool?
  /// Has polled without our additions: a server of the first design.
  var hasPolled = false
  var epoch: Int64?
  var order: Transaction.Order?
  var lastHeard: Instant?
  var isSilent = false
  /// How long what they promised holds without news.
  var promise: Duration?

  // Subscriptions in both directions.
  var watchedByUs: [UserID: Watched] = [:]
  var watchedByThem: Set<UserID> = []
  /// How many of `watchedByUs` are at stake.
  var atStake = 0
  var isRemembered = false

  // What waits to be said.
  var queue = Contents()
  /// States that wait for the batch, or for anything else to go.
  var changed: Set<UserID> = []
  /// When the first of what waits has to go.
  var flushAt: Instant?
  /// When what waits is looked at next.
  var flushArmed: Instant?
  var inFlight: InFlight?
  var failures = 0
  /// Attempts in a row that were not answered at all.
  var unanswered = 0
  var failingSince: Instant?
  /// When the waiting transaction is tried again.
  var retryAt: Instant?
  /// Refusals of our epoch in a row.
  var timesBehind = 0

  /// Asked for once, and to be answered by a message of their own until the end of the wait.
  var awaitedOnces: Set<UserID> = []
  /// What they refused by itself, until it is tried again.
  var aside = Contents()
  /// Into how many parts what waits is cut: more where they refuse so much at a time.
  var parts = 1

  // What we told them.
  var ourEpoch: Int64
  /// Of our last transaction to them in this epoch; 0 where there was none since they were forgotten.
  var lastNumber: Int64 = 0
  var tally: [MessageCause: Int] = [:]

  // The watchdogs.
  /// A reminder was sent that was not answered yet; the answer may come by itself.
  var awaitsAnswer = false
  /// When they last said, or said again, all that they promised.
  var refreshedAt: Instant?
  var shortInterval: Duration
  /// The span drawn for the running short timer; nil where it does not run.
  var shortSpan: Duration?
  var longAt: Instant?

  init(ourEpoch: Int64, shortInterval: Duration) {
    self.ourEpoch = ourEpoch
    self.shortInterval = shortInterval
  }

  var isSubscribed: Bool { !watchedByUs.isEmpty || !watchedByThem.isEmpty }

  /// A server of today: it pushes by rooms, and never answers (R12).
  var isModern: Bool { speaksAdditions == false && !hasPolled }

  /// Which of the watchdogs should run: the short one where silence would change what is shown, or where a policy
  /// always watches (R4). And whether nothing is to be kept of it that is not, and nothing to be forgotten.
  ///
  /// Mutating, although it is not: what is lent out for changes is not copied for it.
  mutating func timers(
    _ policy: PresencePolicy
  ) -> (short: Bool, long: Bool, isModern: Bool, isAtPeace: Bool) {
    let isSubscribed = isSubscribed
    let isWatched = policy == .literal ? isSubscribed : atStake > 0
    return (isWatched && !isSilent && !isModern, isSubscribed, isModern, isSubscribed && isRemembered)
  }

  /// Whether nothing is left of it.
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

  /// Queues a list message; of one relation only the newest is of any use.
  ///
  /// - Returns: the message it takes the place of, if that was another one.
  mutating func add(_ message: ListEDU) -> ListEDU? {
    let place = queue.messages.firstIndex { $0.isSameRelation(as: message) }
    let older = place.map { queue.messages.remove(at: $0) }
    queue.messages.append(message)
    return older == message ? nil : older
  }

  /// Queues again what a transaction was made of. What came since is newer.
  ///
  /// - Returns: the messages that something newer takes the place of.
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
