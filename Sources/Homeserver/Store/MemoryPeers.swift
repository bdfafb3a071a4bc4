internal import MatrixWire
internal import PresenceCore
internal import PresenceFederation

/// The rows of other servers in memory, by their keys.
struct MemoryPeers: Sendable {
  private var peers: [ServerName: PeerRecord] = [:]
  private var unsent: [Relation: ListEDU] = [:]
  private var epoch: Int64 = 0

  mutating func apply(_ change: PeerChange) {
    switch change {
    case .peer(let record): peers[record.name] = record
    case .forgetPeer(let name): peers[name] = nil
    case .unsent(let message): unsent[message.relation] = message
    case .delivered(let message):
      if unsent[message.relation] == message { unsent[message.relation] = nil }
    case .epoch(let number): epoch = number
    }
  }

  var rows: PeerRows {
    var rows = PeerRows()
    rows.peers = Array(peers.values)
    rows.unsent = Array(unsent.values)
    rows.epoch = epoch
    return rows
  }
}
