internal import Ports

extension PeerLink {
  /// What operators are told of the peer.
  func describe(in status: inout PeerStatus, _ now: Moment) {
    status.watchedByUs = subscriptions.watchedByUs.mapValues { $0.observers.sorted() }
    status.watchedByThem = subscriptions.watchedByThem.sorted()
    status.shortTimer = watchdog.shortAt(now.instant)
    status.longTimer = watchdog.longAt
    status.lastHeard = watchdog.lastHeard ?? status.lastHeard
    status.epoch = replay.epoch
    status.backlog =
      queue.changed.count + queue.contents.messages.count + (outbound.inFlight?.contents.messages.count ?? 0)
      + queue.parked.messages.count
    status.failures = streak.failures
    status.retryAt = outbound.retryAt
    status.isSilent = watchdog.isSilent
    status.speaksAdditions = dialect.speaksAdditions
    status.sent = tally
  }
}
