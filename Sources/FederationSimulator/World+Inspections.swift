internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import PresenceFederation

/// What is looked at when its time has come.
extension World {
  /// The batch window with its jitter, and the way there and back.
  private var freshness: Duration {
    scenario.timing.batchWindow + scenario.timing.batchJitter + FaultPlan.roundTrip * 2
  }

  func inspect(_ kind: Inspection.Kind) {
    switch kind {
    case .convergence: demandTruth(everywhere: .convergence)
    case .healing: countHealed()
    case .repair(let server): demandTruth(everywhere: .repair, around: server)
    case .absence(let fault): demandAbsence(after: plan.faults[fault])
    case .agreement: demandAgreement()
    case .reminders: demandReminders()
    case .theEnd: isOver = true
    case .everybodyLeaves: for person in people.indices { say(.leave(closing: true), by: person) }
    case .everybodyDropsEverybody: dropEverybody()
    case .quietBegins, .silenceBegins, .emptinessBegins:
      oracle.beginCount()
      if case .emptinessBegins = kind { demandEmptiness() }
    case .quietEnds: demandModesty()
    case .silenceEnds: demandSilence(but: standingPairs())
    case .emptinessEnds:
      demandSilence(but: [])
      demandEmptiness()
      isOver = true
    }
    if case .convergence = kind { demandBoundedMemory() }
  }

  // MARK: Truth

  /// Every view that a watcher looks at, and whether it is right; nil where nothing can be said.
  private func judge(_ user: UserID, at server: Int, since instant: Instant) -> (isRight: Bool, text: String)?
  {
    guard let home = indices[user.server], let there = servers[home].life, let here = servers[server].life,
      let owner = watchers(of: user, at: server, since: instant).first(where: {
        there.rules.lists.isAllowed($0, toSee: user)
      }),
      let timeline = oracle.timelines[user]
    else { return nil }
    let sight = Sight(
      here.rules.listedPresence(of: user, for: owner, now: servers[server].now(at: now)))
    let lag = sight.state == .unknown ? nil : timeline.lag(of: sight, at: now)
    let isRight = lag.map { $0 <= freshness } ?? false
    let truth = timeline.latest.map { "\($0)" } ?? "nothing"
    let reason = here.rules.unknownReason(of: user, for: owner).map { " (\($0))" } ?? ""
    return (isRight, "\(owner) sees \(user) as \(sight)\(reason), who is \(truth)")
  }

  private func demandTruth(everywhere invariant: Invariant, around server: Int? = nil) {
    for index in servers.indices {
      for person in people where person.server != index {
        if let server, index != server, person.server != server { continue }
        // Those of a server that has just started have not looked for long; it greets those it knew before.
        let fall = server.flatMap { oracle.lastFall(of: $0) }.map { $0 - .seconds(5) }
        let since = index == server ? now - .seconds(6) : min(now - .seconds(12), fall ?? now)
        guard let verdict = judge(person.user, at: index, since: since), !verdict.isRight else { continue }
        violate(invariant, verdict.text)
        return
      }
    }
  }

  private func countHealed() {
    for index in servers.indices {
      for person in people where person.server != index {
        guard let verdict = judge(person.user, at: index, since: now - .seconds(12)) else { continue }
        report.healing += 1
        report.healed += verdict.isRight ? 1 : 0
      }
    }
  }

  private func demandAbsence(after fault: Fault) {
    var pairs: [(here: Int, there: Int)] = []
    switch fault.kind {
    case .crash(let server, _, _, _):
      guard servers[server].life == nil, oracle.lastFall(of: server) == fault.from else { return }
      pairs = servers.indices.map { ($0, server) }
    case .partition(let group, _):
      for here in servers.indices {
        for there in servers.indices where group.contains(here) != group.contains(there) {
          pairs.append((here, there))
        }
      }
    default: return
    }
    for (here, there) in pairs where here != there {
      for person in people where person.server == there {
        guard let rules = servers[here].life?.rules,
          let owner = watchers(of: person.user, at: here, since: fault.from).first
        else { continue }
        let shown = rules.listedPresence(of: person.user, for: owner, now: servers[here].now(at: now))
        guard Sight(shown).isPresent else { continue }
        violate(.absence, "\(owner) sees \(person.user) as \(shown.state), whose server cannot be reached")
        return
      }
    }
  }

  // MARK: Lists

  private func demandAgreement() {
    for owner in people {
      for observed in people where observed.server != owner.server {
        let pair = Relation(owner: owner.user, observed: observed.user)
        guard !lostDisks.contains(owner.server), !lostDisks.contains(observed.server),
          oracle.isSettled(pair, since: now - .seconds(100)),
          let here = servers[owner.server].life?.rules.lists.relationship(of: pair.owner, for: pair.observed),
          let there = servers[observed.server].life?.rules.lists.relationship(
            of: pair.owner, for: pair.observed)
        else { continue }
        let agrees =
          switch here.entry?.state {
          case .accepted: there.isAllowed
          case nil: !there.isAllowed && there.askedAt == nil
          default: there.askedAt != nil && !there.isAllowed
          }
        if agrees { continue }
        violate(
          .agreement,
          "\(pair.owner) has \(pair.observed) as \(here.entry.map { "\($0.state)" } ?? "nothing"), who has "
            + (there.isAllowed ? "allowed it" : there.askedAt != nil ? "not answered" : "nothing of it"))
        return
      }
    }
  }

  private func dropEverybody() {
    for person in people {
      let entries = servers[person.server].life?.rules.lists.entries(of: person.user).keys.sorted() ?? []
      for other in entries { say(.drop(other), by: person.number) }
    }
  }

  // MARK: Traffic and memory

  private func demandReminders() {
    guard scenario.chatterboxes.count == 2, lostDisks.isDisjoint(with: [0, 1]) else { return }
    let last = oracle.reminded[.init(from: 0, to: 1)] ?? .origin
    guard last < now - scenario.timing.longInterval * 1.2 else { return }
    violate(.reminders, "\(servers[0].name) and \(servers[1].name) last reminded each other at \(last.text)")
  }

  /// One watchdog a minute between two servers, and an answer to it.
  private func demandModesty() {
    for (pair, count) in oracle.counted.sorted(by: {
      ($0.key.from, $0.key.to) < ($1.key.from, $1.key.to)
    })
    where count > 40 {
      violate(.quietTraffic, "\(count) messages in ten minutes from \(name(pair.from)) to \(name(pair.to))")
    }
  }

  private func standingPairs() -> Set<VirtualNetwork.Cut> {
    var pairs: Set<VirtualNetwork.Cut> = []
    for person in people where oracle.everHidden.contains(person.user) {
      for observed in servers[person.server].life?.rules.lists.entries(of: person.user).keys.sorted() ?? [] {
        guard let other = indices[observed.server] else { continue }
        pairs.insert(.init(from: person.server, to: other))
        pairs.insert(.init(from: other, to: person.server))
      }
    }
    return pairs
  }

  private func demandSilence(but relationship: Set<VirtualNetwork.Cut>) {
    for (pair, count) in oracle.counted.sorted(by: {
      ($0.key.from, $0.key.to) < ($1.key.from, $1.key.to)
    }) {
      // Interest that stands lives from the long timer; the literal policy never lets the short one rest.
      let most = !relationship.contains(pair) ? 0 : scenario.policy == .literal ? 30 : 12
      guard count > most, pair.to >= 0 else { continue }
      violate(.silence, "\(count) messages from \(name(pair.from)) to \(name(pair.to)), where nobody looks")
      return
    }
  }

  /// A server that lost its disk does not know which peers to tell that it watches nobody any more; the long timer
  /// will.
  private func demandEmptiness() {
    for server in servers where !lostDisks.contains(server.index) {
      guard
        let left = server.life?.engine.status(now: server.now(at: now)).first(where: { status in
          indices[status.name].map { !lostDisks.contains($0) } ?? false
        })
      else { continue }
      violate(.memory, "\(server.name) still keeps \(left)")
      return
    }
  }

  private func demandBoundedMemory() {
    for server in servers {
      let count = server.life?.engine.status(now: server.now(at: now)).count ?? 0
      guard count > servers.count + 8 else { continue }
      violate(.memory, "\(server.name) keeps \(count) servers, of \(servers.count)")
      return
    }
  }

  private func name(_ server: Int) -> String {
    servers.indices.contains(server) ? servers[server].name.rawValue : "outside"
  }
}
