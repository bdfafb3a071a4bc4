internal import MatrixWire

/// What is remembered of invites that users of other servers sent of late. Their own server limits them, but that
/// server may be an attacker's.
struct InviteThrottle: Hashable, Sendable {
  /// What a message does here.
  enum Step: Hashable, Sendable {
    /// The invite comes too early, and waits.
    case postpone(ListEDU)
    /// It comes in time.
    case begin(ListEDU, isCounted: Bool, isOfUnknownPeer: Bool)
    /// It was taken back: a waiting repetition of it is not delivered.
    case takeBack
  }

  private struct Source: Hashable, Sendable {
    let server: ServerName
    let observed: UserID
  }

  /// The newest invite between the same two users that came too early, and waits.
  private struct Waiting: Hashable, Sendable {
    var message: ListEDU?
    /// Whether there was no relation with its server when it came.
    var isOfUnknownPeer: Bool
  }

  private var recent: [Relation: Waiting] = [:]
  private var counts: [Source: Int] = [:]
  /// How many of `recent` there are of each server, and of unknown peers.
  private var byServer: [ServerName: Int] = [:]
  private(set) var countOfUnknownPeers = 0

  /// How many are remembered.
  var count: Int { recent.count }

  /// How many are remembered of one server.
  func count(of server: ServerName) -> Int { byServer[server] ?? 0 }

  /// How many invites of a server to one user came within the hour.
  func count(_ server: ServerName, _ observed: UserID) -> Int {
    counts[Source(server: server, observed: observed)] ?? 0
  }

  /// Whether an invite between the two came a moment ago.
  func isRemembered(_ relation: Relation) -> Bool { recent[relation] != nil }

  /// Remembers an invite that comes too early.
  mutating func postpone(_ message: ListEDU) {
    if recent[message.relation] != nil { recent[message.relation]?.message = message }
  }

  /// An invite that was delivered.
  ///
  /// - Returns: whether it is the first that is counted of its server.
  mutating func begin(_ message: ListEDU, isCounted: Bool, isOfUnknownPeer: Bool) -> Bool {
    set(
      Waiting(isOfUnknownPeer: isOfUnknownPeer),
      for: .init(owner: message.observer, observed: message.observed))
    guard isCounted else { return false }
    let source = Source(server: message.observer.server, observed: message.observed)
    counts[source, default: 0] += 1
    return counts[source] == 1
  }

  /// An invite was taken back: a waiting repetition of it is not delivered.
  mutating func takeBack(_ relation: Relation) { recent[relation]?.message = nil }

  /// The next invite between the two may be delivered.
  ///
  /// - Returns: the one that waited.
  mutating func end(_ relation: Relation) -> ListEDU? {
    let message = recent[relation]?.message
    set(nil, for: relation)
    return message
  }

  mutating func countAnew(_ server: ServerName, _ observed: UserID) {
    counts[Source(server: server, observed: observed)] = nil
  }

  private mutating func set(_ waiting: Waiting?, for relation: Relation) {
    let before = recent[relation]
    recent[relation] = waiting
    let change = (waiting == nil ? 0 : 1) - (before == nil ? 0 : 1)
    if change != 0 {
      let count = count(of: relation.owner.server) + change
      byServer[relation.owner.server] = count == 0 ? nil : count
    }
    countOfUnknownPeers +=
      (waiting?.isOfUnknownPeer == true ? 1 : 0) - (before?.isOfUnknownPeer == true ? 1 : 0)
  }
}
