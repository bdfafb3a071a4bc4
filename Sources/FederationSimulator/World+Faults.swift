internal import MatrixWire
internal import Ports
internal import PresenceFederation

/// Faults begin and end.
extension World {
  func beginFault(_ index: Int) {
    let fault = plan.faults[index]
    report.faults += 1
    activeFaults += 1
    note("begins: \(fault.kind)")
    switch fault.kind {
    case .partition(let group, let oneWay):
      forEachCut(group, oneWay: oneWay) { network.cut(from: $0, to: $1) }
    case .crash(let server, let point, let losesDisk, let vanishes):
      servers[server].vanishes = vanishes
      if losesDisk, servers[server].life != nil {
        servers[server].disk = SimulatedDisk()
        lostDisks.insert(server)
      }
      if point == .atOnce || losesDisk {
        noteQuickRestart(server, until: fault.until)
        crash(server)
      } else {
        servers[server].crashPoint = point
      }
    case .crashes(let some): for server in some { crash(server) }
    case .pause(let server):
      servers[server].pausedUntil = max(servers[server].pausedUntil ?? now, fault.until)
    case .loss(let share): network.loss = max(network.loss, share)
    case .duplication(let share, let disorder):
      network.duplication = max(network.duplication, share)
      network.disorder = max(network.disorder, disorder)
    case .slowness(let server): network.slowness[server] = 100
    case .overload(let server): network.overload[server] = 100
    case .clockStep(let server, let step): servers[server].clock.offset += step
    case .hostility(let act, let server): perform(act, against: server)
    }
  }

  func endFault(_ index: Int) {
    let fault = plan.faults[index]
    activeFaults -= 1
    lastFault = now
    note("ends: \(fault.kind)")
    switch fault.kind {
    case .partition(let group, let oneWay):
      forEachCut(group, oneWay: oneWay) { network.mend(from: $0, to: $1) }
    case .crash(let server, _, _, _):
      servers[server].crashPoint = nil
      start(server)
    case .crashes(let some): for server in some { start(server) }
    case .loss: network.loss = 0
    case .duplication: (network.duplication, network.disorder) = (0, .zero)
    case .slowness(let server): network.slowness[server] = nil
    case .overload(let server): network.overload[server] = nil
    case .pause, .clockStep, .hostility: break
    }
  }

  private func forEachCut(_ group: Set<Int>, oneWay: Bool, _ body: (Int, Int) -> Void) {
    for one in servers.indices where group.contains(one) {
      for other in servers.indices where !group.contains(other) {
        body(one, other)
        if !oneWay { body(other, one) }
      }
    }
  }

  private func noteQuickRestart(_ server: Int, until: Instant) {
    guard let life = servers[server].life, until - now < scenario.timing.shortInterval * 9 / 10 else {
      return
    }
    let statuses = life.engine.status(now: servers[server].now(at: now))
    if statuses.contains(where: { !$0.watchedByThem.isEmpty }) { reach(.restartFasterThanTimer) }
  }
}
