internal import MatrixWire
internal import Ports
internal import PresenceFederation

extension PeerReport {
  /// What the engine knows, in spans from now.
  init(_ status: [PeerStatus], now: Instant) {
    self.init(peers: status.map { Peer($0, now: now) })
  }
}

extension PeerReport.Peer {
  fileprivate init(_ status: PeerStatus, now: Instant) {
    func ahead(_ instant: Instant?) -> Int? { instant.map { max(0, ($0 - now).wholeMilliseconds) } }
    self.init(
      name: status.name,
      watchedByUs: Dictionary(uniqueKeysWithValues: status.watchedByUs.map { ($0.key.rawValue, $0.value) }),
      watchedByThem: status.watchedByThem, shortTimerIn: ahead(status.shortTimer),
      longTimerIn: ahead(status.longTimer),
      heardAgo: status.lastHeard.map { max(0, (now - $0).wholeMilliseconds) }, epoch: status.epoch,
      ourEpoch: status.ourEpoch, backlog: status.backlog, failures: status.failures,
      retryIn: ahead(status.retryAt), isSilent: status.isSilent, speaksAdditions: status.speaksAdditions,
      sent: Dictionary(uniqueKeysWithValues: status.sent.map { ($0.key.rawValue, $0.value) }))
  }
}
