internal import MatrixWire
internal import Ports

/// The last event of each of a person's relations, and when it was told; of ended ones up to a number.
struct RelationLog<Event: RelationEvent>: Sendable {
  struct Record: Hashable, Sendable {
    var version: UInt64
    var event: Event
    /// How it last ended, where it began anew since: who missed that has to hear both.
    var ended: Ended?
    /// When the other person last looked different.
    var presenceVersion: UInt64 = 0
    /// Which of all changes of presence that was; later ones of the other person have no version yet.
    var told: UInt64 = 0
  }

  struct Ended: Hashable, Sendable {
    let version: UInt64
    let event: Event
  }

  private(set) var records: [UserID: Record] = [:]
  private var endedCount = 0

  /// Remembers an event, which tells how the other person looks as of the change `told`. Where more than `limit`
  /// relations are ended, the older ones are forgotten.
  ///
  /// - Returns: the newest version that was forgotten; 0 where none was.
  mutating func add(
    _ event: Event, with other: UserID, at version: UInt64, told: UInt64 = 0, limit: Int
  ) -> UInt64 {
    if records[other]?.event.isEnd == true { endedCount -= 1 }
    records[other] = Record(
      version: version, event: event, ended: end(before: event, records[other]), told: told)
    if event.isEnd { endedCount += 1 }
    guard endedCount > limit else { return 0 }
    let ended = records.filter { $0.value.event.isEnd }.sorted { $0.value.version < $1.value.version }
    let forgotten = ended.dropLast(limit / 2)
    for (other, _) in forgotten { records[other] = nil }
    endedCount -= forgotten.count
    return forgotten.last?.value.version ?? 0
  }

  /// The other person looks different, by the change `told`.
  mutating func presenceChanged(of other: UserID, at version: UInt64, told: UInt64) {
    records.change(other) { ($0.presenceVersion, $0.told) = (version, told) }
  }

  /// Removes the record of a relation, as if it had never been.
  mutating func forget(_ other: UserID) {
    if records.removeValue(forKey: other)?.event.isEnd == true { endedCount -= 1 }
  }

  private func end(before event: Event, _ record: Record?) -> Ended? {
    guard let record, !event.isEnd else { return nil }
    return record.event.isEnd ? Ended(version: record.version, event: record.event) : record.ended
  }
}

/// An event about a relation between two people.
protocol RelationEvent: Hashable, Sendable {
  /// Whether there is no relation after it.
  var isEnd: Bool { get }
}

extension ListEvent: RelationEvent {
  var isEnd: Bool { state != .pending && state != .accepted }
}

extension InviteEvent: RelationEvent {
  /// Only an open invite stands in a complete answer.
  var isEnd: Bool { state != .pending }
}
