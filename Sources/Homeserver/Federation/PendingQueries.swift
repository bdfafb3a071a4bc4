internal import MatrixWire
internal import Ports
internal import PresenceCore

/// Who waits for another server to say something of its users, each until a deadline.
///
/// A value: it says who need wait no longer, and the caller resumes them.
struct PendingQueries<Waiter: Sendable>: Sendable {
  typealias QueryID = UInt64

  /// What is waited for.
  enum Kind: Hashable, Sendable {
    /// The state of a user, by a one-shot query.
    case state
    /// Anything that is known of a user on the viewer's list.
    case list
  }

  private struct Query: Sendable {
    let kind: Kind
    let viewer: UserID
    var unanswered: Set<UserID>
    let waiter: Waiter
  }

  private var queries: [QueryID: Query] = [:]
  /// The queries about each user.
  private var byUser: [UserID: Set<QueryID>] = [:]
  private var deadlines = DeadlineQueue<QueryID>()
  private var lastID: QueryID = 0

  /// When the next one has waited long enough.
  var nextDeadline: Instant? { deadlines.next }

  /// A name for a query that is about to be added.
  mutating func newID() -> QueryID {
    lastID += 1
    return lastID
  }

  /// - Parameters:
  ///   - id: as `newID` gave it.
  ///   - waiter: waits until all of them are answered.
  ///   - kind: what is an answer.
  ///   - viewer: for whom they are asked.
  ///   - users: at least one.
  ///   - deadline: when it is given up.
  mutating func add(
    _ id: QueryID, _ waiter: Waiter, _ kind: Kind, for viewer: UserID, about users: Set<UserID>,
    until deadline: Instant
  ) {
    queries[id] = Query(kind: kind, viewer: viewer, unanswered: users, waiter: waiter)
    for user in users { byUser[user, default: []].insert(id) }
    deadlines.set(deadline, for: id)
  }

  /// A user is answered.
  ///
  /// - Parameters:
  ///   - user: of whom something is known now.
  ///   - kind: what is answered.
  ///   - isAnswer: whether it is an answer for a viewer.
  /// - Returns: those who waited for nothing else.
  mutating func answer(
    _ user: UserID, _ kind: Kind, where isAnswer: (_ viewer: UserID) -> Bool = { _ in true }
  ) -> [Waiter] {
    guard let asked = byUser[user] else { return [] }
    var waiters: [Waiter] = []
    for id in asked.sorted() {
      guard let query = queries[id], query.kind == kind, isAnswer(query.viewer) else { continue }
      queries[id]?.unanswered.remove(user)
      byUser[user]?.remove(id)
      if queries[id]?.unanswered.isEmpty == true, let waiter = remove(id) { waiters.append(waiter) }
    }
    if byUser[user]?.isEmpty == true { byUser[user] = nil }
    return waiters
  }

  /// Those whose time is up, some at a time: a list may wait for thousands of users. Where there are more, `nextDeadline`
  /// has passed already.
  mutating func takeDue(at now: Instant) -> [Waiter] {
    var waiters: [Waiter] = []
    var users = 0
    while users < Self.usersAtOnce, let id = deadlines.popDue(at: now) {
      users += queries[id]?.unanswered.count ?? 0
      if let waiter = remove(id) { waiters.append(waiter) }
    }
    return waiters
  }

  private static var usersAtOnce: Int { 1_000 }

  /// Everybody who waits, oldest first.
  mutating func takeAll() -> [Waiter] { queries.keys.sorted().compactMap { remove($0) } }

  /// Gives a query up, if it still waits.
  mutating func remove(_ id: QueryID) -> Waiter? {
    guard let query = queries.removeValue(forKey: id) else { return nil }
    for user in query.unanswered {
      byUser[user]?.remove(id)
      if byUser[user]?.isEmpty == true { byUser[user] = nil }
    }
    deadlines.set(nil, for: id)
    return query.waiter
  }
}
