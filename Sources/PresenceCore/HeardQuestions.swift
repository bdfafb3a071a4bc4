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
  }

  private var recent: [PresenceLists.Relation: Waiting] = [:]
  private var counts: [Source: Int] = [:]

  /// How many are remembered.
  var count: Int { recent.count }

  /// How many questions of a server to somebody came within the hour.
  func count(_ server: ServerName, _ observed: UserID) -> Int {
    counts[Source(server: server, observed: observed)] ?? 0
  }

  /// Remembers a question that comes too early; false where it comes in time.
  mutating func postpone(_ message: ListEDU) -> Bool {
    let relation = PresenceLists.Relation(owner: message.observer, observed: message.observed)
    guard recent[relation] != nil else { return false }
    recent[relation] = Waiting(message: message)
    return true
  }

  /// A question that was put.
  ///
  /// - Returns: whether it is the first that is counted of its server.
  mutating func begin(_ message: ListEDU, isCounted: Bool) -> Bool {
    recent[.init(owner: message.observer, observed: message.observed)] = Waiting()
    guard isCounted else { return false }
    let source = Source(server: message.observer.server, observed: message.observed)
    counts[source, default: 0] += 1
    return counts[source] == 1
  }

  /// A question was taken back: what waits of it is not put.
  mutating func takeBack(_ relation: PresenceLists.Relation) {
    if recent[relation] != nil { recent[relation] = Waiting() }
  }

  /// The next question of the two may be put.
  ///
  /// - Returns: the one that waited.
  mutating func end(_ relation: PresenceLists.Relation) -> ListEDU? {
    recent.removeValue(forKey: relation)?.message
  }

  mutating func countAnew(_ server: ServerName, _ observed: UserID) {
    counts[Source(server: server, observed: observed)] = nil
  }

  /// What concerns two people, for a trial of theirs.
  mutating func copy(_ relation: PresenceLists.Relation, from other: HeardQuestions) {
    recent[relation] = other.recent[relation]
    let source = Source(server: relation.owner.server, observed: relation.observed)
    counts[source] = other.counts[source]
  }
}
