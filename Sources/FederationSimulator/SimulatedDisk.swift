internal import MatrixWire
internal import PresenceCore
internal import PresenceFederation

/// What a server has committed, and finds again after a crash.
struct SimulatedDisk: Sendable {
  /// Who stands with whom; an owner and whom they observe.
  struct Pair: Hashable, Comparable, Sendable {
    let owner: UserID
    let observed: UserID

    static func < (left: Pair, right: Pair) -> Bool {
      (left.owner, left.observed) < (right.owner, right.observed)
    }
  }

  var people: [UserID: PresenceRecord] = [:]
  var standings: [Pair: PresenceLists.Standing] = [:]
  /// List messages that must arrive; of one pair only the newest.
  var unsent: [Pair: ListEDU] = [:]
  var peers: [ServerName: PeerRecord] = [:]
  var lastEpoch: Int64 = 0

  mutating func keep(_ message: ListEDU) {
    unsent[Pair(owner: message.observer, observed: message.observed)] = message
  }

  mutating func forget(_ message: ListEDU) {
    let pair = Pair(owner: message.observer, observed: message.observed)
    if unsent[pair] == message { unsent[pair] = nil }
  }

  mutating func keep(_ record: StandingRecord) {
    let pair = Pair(owner: record.owner, observed: record.observed)
    standings[pair] = record.standing.isNothing ? nil : record.standing
  }

  /// What is stored of the names, so that the order of a dictionary decides nothing.
  var orderedUnsent: [ListEDU] { unsent.sorted { $0.key < $1.key }.map(\.value) }

  var orderedPeers: [PeerRecord] { peers.values.sorted { $0.name.rawValue < $1.name.rawValue } }
}
