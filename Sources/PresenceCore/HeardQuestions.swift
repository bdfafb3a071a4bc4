internal import MatrixWire

/// What is remembered of questions that people of other servers put of late. Their own server counts them; but that
/// may be anybody's.
struct HeardQuestions: Hashable, Sendable {
  private struct Source: Hashable, Sendable {
    let server: ServerName
    let observed: UserID
  }

  /// The newest of the same two people that came too early, and waits.
  private struct Waiting: Hashable, Sendable {
    var message: ListEDU?
    /// Whether nobody here and there saw anybody when it was put.
    var isOfStranger: Bool
  }

  private var recent: [PresenceLists.Relation: Waiting] = [:]
  private var counts: [Source: Int] = [:]
  /// How many of `recent` there are of each server, and of strangers.
  private var byServer: [ServerName: Int] = [:]
  private(set) var countOfStrangers = 0

  /// How many are remembered.
  var count: Int { recent.count }

  /// How many are remembered of one server.
  func count(of server: ServerName) -> Int { byServer[server] ?? 0 }

  /// How many questions of a server to somebody came within the hour.
  func count(_ server: ServerName, _ observed: UserID) -> Int {
    counts[Source(server: server, observed: observed)] ?? 0
  }

  /// Remembers a question that comes too early; false where it comes in time.
  mutating func postpone(_ message: ListEDU) -> Bool {
    let relation = PresenceLists.Relation(owner: message.observer, observed: message.observed)
    guard recent[relation] != nil else { return false }
    recent[relation]?.message = message
    return true
  }

  /// A question that was put.
  ///
  /// - Returns: whether it is the first that is counted of its server.
  mutating func begin(_ message: ListEDU, isCounted: Bool, isOfStranger: Bool) -> Bool {
    set(
      Waiting(isOfStranger: isOfStranger), for: .init(owner: message.observer, observed: message.observed))
    guard isCounted else { return false }
    let source = Source(server: message.observer.server, observed: message.observed)
    counts[source, default: 0] += 1
    return counts[source] == 1
  }

  /// A question was taken back: what waits of it is not put.
  mutating func takeBack(_ relation: PresenceLists.Relation) { recent[relation]?.message = nil }

  /// The next question of the two may be put.
  ///
  /// - Returns: the one that waited.
  mutating func end(_ relation: PresenceLists.Relation) -> ListEDU? {
    let message = recent[relation]?.message
    set(nil, for: relation)
    return message
  }

  mutating func countAnew(_ server: ServerName, _ observed: UserID) {
    counts[Source(server: server, observed: observed)] = nil
  }

  /// What concerns two people, for a trial of theirs.
  mutating func copy(_ relation: PresenceLists.Relation, from other: HeardQuestions) {
    set(other.recent[relation], for: relation)
    let source = Source(server: relation.owner.server, observed: relation.observed)
    counts[source] = other.counts[source]
  }

  private mutating func set(_ waiting: Waiting?, for relation: PresenceLists.Relation) {
    let before = recent[relation]
    recent[relation] = waiting
    let change = (waiting == nil ? 0 : 1) - (before == nil ? 0 : 1)
    if change != 0 {
      let count = count(of: relation.owner.server) + change
      byServer[relation.owner.server] = count == 0 ? nil : count
    }
    countOfStrangers += (waiting?.isOfStranger == true ? 1 : 0) - (before?.isOfStranger == true ? 1 : 0)
  }
}
