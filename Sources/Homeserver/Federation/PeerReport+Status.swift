internal import MatrixWire
internal import Ports
internal import PresenceFederation

extension PeerReport {
  /// What the engine knows, in spans from now, and why a silent peer does not answer.
  init(_ status: [PeerStatus], _ trouble: (ServerName) -> PeerFailureLog.Failure?, now: Instant) {
    self.init(
      peers: status.map { status in
        var peer = Peer(status, now: now)
        if let trouble = trouble(status.name) {
          peer.lastError = trouble.cause
          peer.failingFor = max(0, (now - trouble.since).wholeMilliseconds)
        }
        return peer
      })
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
