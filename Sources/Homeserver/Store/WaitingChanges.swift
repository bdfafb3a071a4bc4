internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import PresenceFederation

/// What is known of other servers and is written behind: of each thing the newest, so that it is bounded by the
/// things there are, however often they change and however long the disk is full.
struct WaitingChanges: Sendable {
  /// The one row of two people: what of it arrived, and what has to arrive from now on.
  private struct Messages: Sendable {
    var delivered: [ListEDU] = []
    var unsent: ListEDU?
  }

  private var peers: [ServerName: PeerChange] = [:]
  private var messages: [Relation: Messages] = [:]
  /// Of two people. The row is one of the last few, or none.
  private static let mostDelivered = 8

  var isEmpty: Bool { peers.isEmpty && messages.isEmpty }

  /// In an order in which they may be written.
  var changes: [PeerChange] {
    Array(peers.values)
      + messages.values.flatMap { row in
        row.delivered.map(PeerChange.delivered) + (row.unsent.map { [.unsent($0)] } ?? [])
      }
  }

  mutating func add(_ change: PeerChange) {
    switch change {
    case .peer(let record): peers[record.name] = change
    case .forgetPeer(let name): peers[name] = change
    case .unsent(let message): messages[message.relation, default: Messages()].unsent = message
    case .delivered(let message): add(delivered: message, to: message.relation)
    // The life of this server is never written behind.
    case .epoch: break
    }
  }

  private mutating func add(delivered message: ListEDU, to relation: Relation) {
    var row = messages[relation] ?? Messages()
    if row.unsent == message { row.unsent = nil }
    if !row.delivered.contains(message) { row.delivered.append(message) }
    if row.delivered.count > Self.mostDelivered { row.delivered.removeFirst() }
    messages[relation] = row
  }

  /// Takes out what waits of things that are stored now: it is older, and would undo them.
  ///
  /// - Returns: what was taken out.
  mutating func withdraw(before changes: [PeerChange]) -> WaitingChanges {
    var older = WaitingChanges()
    for change in changes {
      switch change {
      case .peer(let record): older.peers[record.name] = peers.removeValue(forKey: record.name)
      case .forgetPeer(let name): older.peers[name] = peers.removeValue(forKey: name)
      case .unsent(let message):
        let relation = message.relation
        older.messages[relation] = messages.removeValue(forKey: relation) ?? older.messages[relation]
      case .delivered, .epoch: break
      }
    }
    return older
  }

  /// Puts back what was not written. What came since is newer.
  mutating func putBack(_ older: WaitingChanges) {
    peers.merge(older.peers) { newer, _ in newer }
    for (relation, row) in older.messages {
      var merged = row
      let newer = messages[relation] ?? Messages()
      if let unsent = merged.unsent, newer.delivered.contains(unsent) { merged.unsent = nil }
      merged.unsent = newer.unsent ?? merged.unsent
      merged.delivered = (row.delivered.filter { !newer.delivered.contains($0) } + newer.delivered)
        .suffix(Self.mostDelivered)
      messages[relation] = merged
    }
  }
}

/// Servers of which a row is kept although there is no relation any more, so that what they sent last is known when
/// they repeat it. An attacker can have a thousand names: the rows that were written first go.
struct PeerRowRetention: Sendable {
  private var written: [ServerName: UInt64] = [:]
  private var turn: UInt64 = 0
  private let most: Int

  init(most: Int = 1_024) { self.most = max(2, most) }

  /// How many there are.
  var count: Int { written.count }

  /// What has to be stored along with a server's row.
  mutating func changes(with record: PeerRecord) -> [PeerChange] {
    turn += 1
    written[record.name] = record.isSubscribed ? nil : turn
    guard written.count > most else { return [] }
    let oldest = written.sorted { $0.value < $1.value }.prefix(most / 2).map(\.key)
    for name in oldest { written[name] = nil }
    return oldest.map(PeerChange.forgetPeer)
  }
}
