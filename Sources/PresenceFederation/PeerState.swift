internal import MatrixWire
internal import Ports

/// Everything an engine keeps of one other server.
struct PeerState: Sendable {
  /// A remote person somebody here watches.
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
    /// Whether they are shown as other than offline or unknown.
    var isPresent = false

    var isWanted: Bool { !observers.isEmpty || !standing.isEmpty }
    /// Whether the other server's crash would change what somebody is shown.
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

  /// What a transaction was made of, to be queued again where it is given up.
  struct Contents: Sendable {
    var messages: [ListEDU] = []
    var states: Set<UserID> = []
    var polls: Set<UserID> = []
    var unpolls: Set<UserID> = []
    var onces: Set<UserID> = []
    var refusals: Set<UserID> = []
    var isReminder = false
    var isAnswer = false
    var isGreeting = false
    /// Whether all it ends is what was pushed unasked: whoever pushes it again is told again.
    var isDecline = false

    var isEmpty: Bool {
      messages.isEmpty && states.isEmpty && asksNothing && refusals.isEmpty && !isReminder && !isAnswer
        && !isGreeting
    }
    /// How often it is tried for a server with which nothing stands: an answer once, a question of the moment or the
    /// end of something a few times, a message, a poll or a greeting until it is heard.
    var mostAttempts: Int {
      if !messages.isEmpty { return messages.allSatisfy { $0.kind == .drop } ? Self.mostDrops : .max }
      if !polls.isEmpty || isGreeting { return .max }
      return (unpolls.isEmpty || isDecline) && onces.isEmpty ? 1 : 3
    }
    /// How many things it says and asks.
    var count: Int {
      messages.count + states.count + polls.count + unpolls.count + onces.count + refusals.count
    }

    /// Leaves what goes into one transaction.
    ///
    /// - Returns: what has to follow.
    mutating func cut(messages most: Int, nameBytes: Int) -> Contents {
      var rest = Contents()
      rest.messages = Array(messages.dropFirst(most))
      messages = Array(messages.prefix(most))
      var left = nameBytes
      rest.polls = polls.takeOut(beyond: &left)
      rest.unpolls = unpolls.takeOut(beyond: &left)
      rest.onces = onces.takeOut(beyond: &left)
      rest.refusals = refusals.takeOut(beyond: &left)
      // A reminder's polls are all there are: what is only a part of them is none.
      if !rest.polls.isEmpty { isReminder = false }
      return rest
    }

    /// Nothing is lost where a server that was never heard does not hear that an invite was taken back.
    private static let mostDrops = 10

    var asksNothing: Bool { polls.isEmpty && unpolls.isEmpty && onces.isEmpty }
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

  // What stands between us.
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
  var isIdle: Bool { !isSubscribed && queue.isEmpty && inFlight == nil && awaitedOnces.isEmpty }

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

extension Set<UserID> {
  /// Removes the names for which there is no room, in order; at least one stays.
  fileprivate mutating func takeOut(beyond bytes: inout Int) -> Set<UserID> {
    let needed = reduce(0) { $0 + $1.rawValue.utf8.count }
    guard needed > bytes || count > Transaction.mostNames else {
      bytes -= needed
      return []
    }
    var stay: Set<UserID> = []
    for user in sorted() where stay.isEmpty || stay.count < Transaction.mostNames {
      bytes -= user.rawValue.utf8.count
      guard bytes >= 0 || stay.isEmpty else { break }
      stay.insert(user)
    }
    let rest = subtracting(stay)
    self = stay
    return rest
  }
}
