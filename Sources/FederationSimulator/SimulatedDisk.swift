internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import PresenceFederation

/// What a server has committed, and finds again after a crash.
struct SimulatedDisk: Sendable {
  /// A relation: an owner and whom they observe.
  struct Pair: Hashable, Comparable, Sendable {
    let owner: UserID
    let observed: UserID

    static func < (left: Pair, right: Pair) -> Bool {
      (left.owner, left.observed) < (right.owner, right.observed)
    }
  }

  var people: [UserID: PresenceRecord] = [:]
  var relationships: [Pair: PresenceLists.Relationship] = [:]
  /// List messages that must arrive; of one pair only the newest.
  var unsent: [Pair: ListEDU] = [:]
  var peers: [ServerName: PeerRecord] = [:]
  var lastEpoch: Int64 = 0

  /// What may be written behind, and is, within this span; a crash takes what is younger.
  enum LateRow: Sendable {
    case peer(PeerRecord)
    case delivered(ListEDU)
  }

  static let delay: Duration = .seconds(2)
  private var late: [(due: Instant, row: LateRow)] = []

  mutating func keepLater(_ row: LateRow, at now: Instant) { late.append((now + Self.delay, row)) }

  /// Writes what has waited long enough.
  mutating func catchUp(at now: Instant) {
    let due = late.prefix { $0.due <= now }
    for (_, row) in due {
      switch row {
      case .peer(let record): peers[record.name] = record
      case .delivered(let message): forget(message)
      }
    }
    late.removeFirst(due.count)
  }

  /// What was not written yet is gone.
  mutating func crash(at now: Instant) {
    catchUp(at: now)
    late = []
  }

  /// At once; what waits to be written of the same server is older.
  mutating func keep(_ record: PeerRecord) {
    late.removeAll { if case .peer(let waiting) = $0.row { waiting.name == record.name } else { false } }
    peers[record.name] = record
  }

  mutating func keep(_ message: ListEDU) {
    late.removeAll {
      guard case .delivered(let waiting) = $0.row else { return false }
      return (waiting.observer, waiting.observed) == (message.observer, message.observed)
    }
    unsent[Pair(owner: message.observer, observed: message.observed)] = message
  }

  mutating func forget(_ message: ListEDU) {
    let pair = Pair(owner: message.observer, observed: message.observed)
    if unsent[pair] == message { unsent[pair] = nil }
  }

  mutating func keep(_ record: RelationshipRecord) {
    let pair = Pair(owner: record.owner, observed: record.observed)
    relationships[pair] = record.relationship.isNothing ? nil : record.relationship
  }

  /// What is stored of the names, so that the order of a dictionary decides nothing.
  var orderedUnsent: [ListEDU] { unsent.sorted { $0.key < $1.key }.map(\.value) }

  var orderedPeers: [PeerRecord] { peers.values.sorted { $0.name.rawValue < $1.name.rawValue } }
}
