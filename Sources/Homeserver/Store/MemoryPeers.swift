internal import MatrixWire
internal import PresenceFederation

/// The rows of other servers in memory, by their keys.
struct MemoryPeers: Sendable {
  private var peers: [ServerName: PeerRecord] = [:]
  private var unsent: [MessagePair: ListEDU] = [:]
  private var epoch: Int64 = 0

  mutating func apply(_ change: PeerChange) {
    switch change {
    case .peer(let record): peers[record.name] = record
    case .forgetPeer(let name): peers[name] = nil
    case .unsent(let message): unsent[MessagePair(message)] = message
    case .delivered(let message):
      if unsent[MessagePair(message)] == message { unsent[MessagePair(message)] = nil }
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
