internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import PresenceFederation

/// Servers do as their caller promised the engine: what has to be durable is, before anything follows from it.
extension World {
  /// Hands a running server an input and does what follows, unless it crashes on the way.
  ///
  /// - Returns: whether it still runs.
  @discardableResult
  func input(
    to server: Int, _ body: (ServerLife, Moment) -> AppliedStep
  ) -> Bool {
    guard let life = servers[server].life else { return false }
    report.events += 1
    return follow(body(life, servers[server].now(at: now)), of: server)
  }

  /// Commits a step and does it.
  func follow(_ step: AppliedStep, of server: Int, received: [ListEDU]? = nil) -> Bool {
    let isWorthACrash = !step.presence.isEmpty || !step.federation.isEmpty
    if isWorthACrash, crashes(server, at: .beforeCommit) { return false }
    servers[server].commit(step, received: received, at: now)
    if isWorthACrash, crashes(server, at: .beforeEffects) { return false }
    observe(step.presence, at: server)
    for effect in step.federation {
      if case .send(let outbound) = effect { post(outbound, from: server) }
    }
    servers[server].forgetDelivered(step, at: now)
    planWake(of: server)
    return true
  }

  func start(_ server: Int) {
    guard servers[server].life == nil else { return }
    oracle.forgetViews(of: server)
    oracle.serverRose(server, at: now)
    let step = servers[server].start(at: now)
    note("\(servers[server].name) starts")
    log.add(now.nanoseconds)
    log.add(server)
    report.events += 1
    for user in servers[server].accounts { observeTruth(of: user, at: server) }
    if let epoch = servers[server].life?.engine.epoch {
      witness?(.started(servers[server].name, epoch: epoch))
    }
    guard follow(step, of: server), let life = servers[server].life?.number, !isStaged else { return }
    for person in people.indices where people[person].server == server && people[person].wantsToBeOnline {
      queue.plan(.reconnect(person: person, life: life), at: now + people[person].random.span(reconnectSpan))
    }
    // What was promised before is forgotten, and something changes that a peer has to hear of; but not always, because
    // it also tells those who were not greeted.
    guard (life + server) % 2 == 0 else { return }
    if let talker = people.indices.first(where: { people[$0].server == server && people[$0].wantsToBeOnline })
    {
      queue.plan(.say(person: talker, .text), at: now + .milliseconds(2500))
    }
  }

  func crash(_ server: Int) {
    guard servers[server].life != nil else { return }
    servers[server].life = nil
    servers[server].disk.crash(at: now)
    servers[server].crashPoint = nil
    report.crashes += 1
    note("\(servers[server].name) crashes")
    witness?(.crashed(servers[server].name))
    for person in people.indices where people[person].server == server {
      people[person].lost()
      oracle.lookingSince[people[person].user] = nil
    }
    oracle.serverFell(server, at: now)
    log.add(-1 - server)
  }

  func crashes(_ server: Int, at point: CrashPoint) -> Bool {
    guard servers[server].crashPoint == point else { return false }
    crash(server)
    return true
  }

  func planWake(of server: Int) {
    guard let next = servers[server].life?.nextDeadline else { return }
    if let planned = servers[server].life?.wakeAt, planned <= next { return }
    servers[server].life?.wakeAt = max(next, now)
    queue.plan(.wake(server: server), at: max(next, now))
  }

  func wake(_ server: Int) {
    guard let planned = servers[server].life?.wakeAt, planned <= now else { return }
    servers[server].life?.wakeAt = nil
    if witness != nil { witnessTimers(of: server) }
    noteTimersWithAnswers(server)
    let runs = input(to: server) { life, moment in
      let effects = life.rules.expire(now: moment)
      var step = effects.isEmpty ? AppliedStep() : life.handle(effects, moment)
      let more = life.expire(moment)
      step.presence += more.presence
      step.federation += more.federation
      return step
    }
    if runs { planWake(of: server) }
  }

  /// A watchdog that fires while what would have calmed it is on its way.
  private func noteTimersWithAnswers(_ server: Int) {
    guard !report.reached.contains(.timerWithAnswerInFlight) else { return }
    let senders = answering.values.filter { $0.to == server }.map { servers[$0.from].name }
    guard !senders.isEmpty, let life = servers[server].life else { return }
    for status in life.engine.status(now: servers[server].now(at: now)) where senders.contains(status.name) {
      if (status.shortTimer ?? .origin + .seconds(1 << 30)) <= now
        || (status.longTimer ?? .origin + .seconds(1 << 30)) <= now
      {
        reach(.timerWithAnswerInFlight)
      }
    }
  }
}
