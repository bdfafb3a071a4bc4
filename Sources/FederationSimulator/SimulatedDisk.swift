internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import PresenceFederation

/// What a server has committed, and finds again after a crash.
struct SimulatedDisk: Sendable {
  var people: [UserID: PresenceRecord] = [:]
  var relationships: [Relation: PresenceLists.Relationship] = [:]
  /// List messages that must arrive; of one relation only the newest.
  var unsent: [Relation: ListEDU] = [:]
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
      return waiting.relation == message.relation
    }
    unsent[message.relation] = message
  }

  mutating func forget(_ message: ListEDU) {
    if unsent[message.relation] == message { unsent[message.relation] = nil }
  }

  mutating func keep(_ record: RelationshipRecord) {
    relationships[record.relation] = record.relationship.isNothing ? nil : record.relationship
  }

  /// What is stored of the names, so that the order of a dictionary decides nothing.
  var orderedUnsent: [ListEDU] { unsent.sorted { $0.key < $1.key }.map(\.value) }

  var orderedPeers: [PeerRecord] { peers.values.sorted { $0.name.rawValue < $1.name.rawValue } }
}
