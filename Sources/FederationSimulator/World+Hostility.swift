internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import PresenceFederation

/// What servers that mean no good send, and what must not come of it.
extension World {
  func perform(_ act: HostileAct, against server: Int) {
    guard servers[server].life != nil else { return }
    let epoch = servers[server].now(at: now).wall.milliseconds
    switch act {
    case .forgedStates: forgeStates(at: server, epoch)
    case .forgedLists: forgeLists(at: server, epoch)
    case .oversize: oversize(server, epoch)
    case .prober: probe(server, epoch)
    case .crowd: crowd(server, epoch)
    case .nonsense: talkNonsense(to: server, epoch)
    }
  }

  /// One of the servers outside of the world.
  private func hostile(_ index: Int) -> Int {
    while hostile.count <= index {
      if let name = ServerName("hostile\(hostile.count).test") { hostile.append(HostilePeer(name: name)) }
    }
    return index
  }

  private func send(_ edus: [EDU], by index: Int, to server: Int, _ epoch: Int64) -> TransactionAnswer? {
    let index = hostile(index)
    let transaction = hostile[index].transaction(edus, at: epoch)
    let answer = handle(transaction, at: server)?.answer
    if let said = answer?.answer { inspectAnswer(said, to: hostile[index].name, from: server) }
    return answer
  }

  private func forgeStates(at server: Int, _ epoch: Int64) {
    let victims = scenario.people.map(\.user)
    _ = send([HostilePeer.push(Array(victims.prefix(40)), epoch: epoch)], by: 0, to: server, epoch)
  }

  private func forgeLists(at server: Int, _ epoch: Int64) {
    var edus: [EDU] = []
    for (pair, _) in servers[server].disk.relationships.sorted(by: { $0.key < $1.key }).prefix(20) {
      for kind in [ListEDU.Kind.invite, .accept, .deny, .drop] {
        edus.append(.list(ListEDU(kind, observer: pair.owner, observed: pair.observed)))
      }
    }
    let before = servers[server].disk.relationships
    _ = send(edus, by: 0, to: server, epoch)
    if servers[server].disk.relationships != before {
      violate(.hostility, "a list was changed in the name of others")
    }
  }

  private func oversize(_ server: Int, _ epoch: Int64) {
    guard let victim = scenario.people.first?.user else { return }
    let pushes = [HostilePeer.push(Array(repeating: victim, count: 51), epoch: epoch)]
    if send(pushes, by: 1, to: server, epoch) != nil { violate(.hostility, "51 states were taken") }
    let many = Array(repeating: EDU.other(type: "m.typing"), count: 101)
    if send(many, by: 1, to: server, epoch) != nil { violate(.hostility, "101 messages were taken") }
  }

  /// Who is not shown and who does not exist look the same.
  private func probe(_ server: Int, _ epoch: Int64) {
    guard let real = servers[server].accounts.first,
      let fake = UserID(localpart: "nobody", server: servers[server].name),
      let prober = UserID(localpart: "prober", server: hostileName(3))
    else { return }
    let invites = [real, fake].map {
      EDU.list(ListEDU(.invite, observer: prober, observed: $0, inviteID: 1))
    }
    // A user here may have accepted such an invite long ago.
    guard servers[server].life?.rules.lists.isAllowed(prober.server, toSee: real) == false else { return }
    for (index, observed) in [real, fake].enumerated() {
      let invited = send([invites[index]], by: 3, to: server, epoch)
      let polled = send([HostilePeer.poll([observed], epoch: epoch)], by: 3, to: server, epoch)
      if invited?.answer != nil { violate(.hostility, "an invite was answered at once") }
      if polled?.answer?.push.isEmpty == false {
        violate(.hostility, "\(observed) was shown to a server without permission")
      }
      if polled?.answer != nil, polled?.answer?.refused != [observed] {
        violate(.hostility, "a poll for \(observed) was answered otherwise than by refusing")
      }
    }
  }

  private func hostileName(_ index: Int) -> ServerName {
    let index = hostile(index)
    return hostile[index].name
  }

  private func crowd(_ server: Int, _ epoch: Int64) {
    guard let real = servers[server].accounts.first else { return }
    let many = (0..<400).compactMap { number in
      UserID(localpart: "\(number)" + String(repeating: "x", count: 200), server: servers[server].name)
    }
    for index in 0..<HostileAct.crowdSize {
      let name = hostileName(10 + index)
      var edu = HostilePeer.poll([real], epoch: epoch)
      switch index % 4 {
      case 1: edu = HostilePeer.poll([real], epoch: epoch, isInline: false)
      case 2:
        let own = UserID(localpart: "own", server: name)
        edu = HostilePeer.push([own].compactMap(\.self), epoch: epoch)
      case 3: edu = HostilePeer.poll(Array(many.prefix(10 + index)), epoch: epoch)
      default: break
      }
      _ = send([edu], by: 10 + index, to: server, epoch)
    }
    guard let kept = servers[server].life?.engine.remembered else { return }
    if kept.servers > 1024 || kept.mostBytes > HostileAct.mostBytes {
      violate(
        .memory,
        "\(servers[server].name) remembers \(kept.servers) servers, up to \(kept.mostBytes) bytes of each")
    }
  }

  private func talkNonsense(to server: Int, _ epoch: Int64) {
    var edu = PresenceEDU()
    edu.epoch = epoch
    edu.refused = scenario.people.map(\.user)
    edu.unpoll = scenario.people.map(\.user)
    edu.poll = scenario.people.map(\.user)
    edu.queries = scenario.people.map(\.user)
    edu.promise = -5
    edu.role = .answer
    edu.wantsInlineAnswer = true
    _ = send([.other(type: "m.typing"), .presence(edu)], by: 2, to: server, epoch)
  }
}
