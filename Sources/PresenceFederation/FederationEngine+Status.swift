public import MatrixWire
public import Ports

extension FederationEngine {
  /// What is kept of peers without a relation, for tests.
  package var remembered: (servers: Int, mostBytes: Int) { recent.size }

  /// What is known of every peer, and of these servers even without a relation, ordered by name: for operators and
  /// tests.
  public func status(with named: Set<ServerName> = [], now: Moment) -> [PeerStatus] {
    named.union(peers.names).sorted(by: Self.precedes).map { name in
      var status = PeerStatus(name: name, ourEpoch: peers[name]?.ourEpoch ?? epoch)
      status.lastHeard = recent.lastHeard(of: name)
      guard let peer = peers[name] else {
        status.sent = recent.tally(of: name)
        return status
      }
      status.watchedByUs = peer.watchedByUs.mapValues { $0.observers.sorted() }
      status.watchedByThem = peer.watchedByThem.sorted()
      status.shortTimer = peer.shortSpan.map { (peer.lastHeard ?? now.instant) + $0 }
      status.longTimer = peer.longAt
      status.lastHeard = peer.lastHeard ?? status.lastHeard
      status.epoch = peer.epoch
      status.backlog =
        peer.changed.count + peer.queue.messages.count + (peer.inFlight?.contents.messages.count ?? 0)
        + peer.aside.messages.count
      status.failures = peer.failures
      status.retryAt = peer.retryAt
      status.isSilent = peer.isSilent
      status.speaksAdditions = peer.speaksAdditions
      status.sent = peer.tally
      return status
    }
  }
}
