internal import MatrixWire
internal import Ports

/// Who watches whom between this server and a peer.
struct Subscriptions: Sendable {
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

  private(set) var watchedByUs: [UserID: Watched] = [:]
  var watchedByThem: Set<UserID> = []
  /// How many of `watchedByUs` are at stake.
  private(set) var atStake = 0
  /// Whether the next life of this server will know that there is one.
  var isRemembered = false
  /// Users of one-shot queries that the peer may still answer by a transaction of its own.
  var awaitedQueries: Set<UserID> = []

  var isEmpty: Bool { watchedByUs.isEmpty && watchedByThem.isEmpty }

  /// Whether there is nothing but interest that stands (R14).
  var isStanding: Bool {
    watchedByThem.isEmpty && watchedByUs.values.allSatisfy { $0.observers.isEmpty }
      && watchedByUs.values.contains { !$0.relationship.isEmpty }
  }

  /// When the oldest state was heard that a server of today said.
  var oldestHeard: Instant? { watchedByUs.values.lazy.compactMap(\.heardAt).min() }

  /// Begins to watch a remote user, unless they are watched.
  mutating func watch(_ user: UserID) {
    if watchedByUs[user] == nil { watchedByUs[user] = Watched() }
  }

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

  /// Sets the interest of a local user in a remote one, who is watched from now on.
  ///
  /// - Returns: whether a local user was interested in them before.
  mutating func set(_ interest: Interests.Interest, of owner: UserID, in observed: UserID) -> Bool {
    watch(observed)
    let wasWanted = watchedByUs[observed]?.isWanted ?? false
    update(observed) { watched in
      if interest.looks { watched.observers.insert(owner) } else { watched.observers.remove(owner) }
      if interest.stands { watched.relationship.insert(owner) } else { watched.relationship.remove(owner) }
    }
    return wasWanted
  }

  /// The peer has forgotten all polls.
  mutating func unpollAll() {
    for user in watchedByUs.keys { update(user) { $0.isPolled = false } }
  }

  /// Nothing is known of the peer's users any more.
  ///
  /// - Returns: these users, in order.
  mutating func loseAll() -> [UserID] {
    let users = watchedByUs.keys.sorted()
    for user in users { update(user) { $0.isPresent = false } }
    return users
  }

  /// The peer does not show a user.
  mutating func refused(_ user: UserID) {
    update(user) { watched in
      watched.isPresent = false
      watched.isPolled = false
      watched.isRefused = true
    }
  }

  /// The peer said the state of a user.
  mutating func received(_ user: UserID, version: Version?, isPresent: Bool, at now: Instant) {
    update(user) { watched in
      watched.version = version
      watched.isRefused = false
      watched.isAskedAgain = false
      watched.heardAt = now
      watched.isPresent = isPresent
    }
  }

  /// What a server of today said longer ago than `age` is no longer believed (R12). Users whom nobody here wants are
  /// not watched any more.
  ///
  /// - Returns: whose states that were, in order, and whether they are wanted.
  mutating func expire(_ age: Duration, at now: Instant) -> [(user: UserID, isWanted: Bool)] {
    let old = watchedByUs.filter { $0.value.heardAt.map { now - $0 >= age } ?? false }
    return old.sorted { $0.key < $1.key }.map { user, watched in
      update(user) { watched in
        watched.isPresent = false
        watched.heardAt = nil
      }
      if !watched.isWanted { unwatch(user) }
      return (user, watched.isWanted)
    }
  }
}
