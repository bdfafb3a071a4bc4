internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import PresenceFederation

/// What is seen while it happens: views that change, and every message as it leaves.
extension World {
  func observe(_ effects: [PresenceEffect], at server: Int) {
    for effect in effects {
      switch effect {
      case .presenceChanged(let user, _):
        if user.server == servers[server].name {
          observeTruth(of: user, at: server)
        } else {
          observeView(of: user, at: server)
        }
      case .pollingChanged(let user, let looks):
        oracle.lookingSince[user] = looks ? now : nil
        for observed in servers[server].life?.rules.lists.entries(of: user).keys.sorted() ?? [] {
          oracle.interestTouched[.init(server: server, user: observed)] = now
        }
      case .listChanged(let owner, let event):
        guard event.userID.server != servers[server].name else { continue }
        if event.state != .accepted || event.sender != owner {
          oracle.relationTouched(.init(owner: owner, observed: event.userID), at: now)
        }
        oracle.interestTouched[.init(server: server, user: event.userID)] = now
        observeView(of: event.userID, at: server)
      case .inviteChanged(let event):
        oracle.relationTouched(.init(owner: event.observer, observed: event.observed), at: now)
      case .endStreams, .sendToPeer: break
      }
    }
  }

  /// What the home server would say of a person now.
  func observeTruth(of user: UserID, at server: Int) {
    guard let rules = servers[server].life?.rules,
      let content = rules.publicPresence(of: user, now: servers[server].now(at: now))
    else { return }
    _ = oracle.timelines[user, default: TruthTimeline()].append(Sight(content), at: now)
  }

  /// A view only moves forward through what was true.
  private func observeView(of user: UserID, at server: Int) {
    guard let rules = servers[server].life?.rules, let owner = rules.lists.audience(of: user).min(),
      let content = rules.presence(of: user, for: owner, now: servers[server].now(at: now))
    else { return }
    let view = Oracle.View(server: server, user: user)
    guard content.state != .unknown else {
      // A user who is not watched any more is forgotten, and begins anew.
      if content.unknownReason == .unanswered {
        (oracle.places[view], oracle.sights[view]) = (nil, nil)
      }
      return
    }
    let (sight, timeline) = (Sight(content), oracle.timelines[user] ?? TruthTimeline())
    let before = oracle.places[view] ?? 0
    guard let place = timeline.place(of: sight, from: before) else {
      violate(
        .monotony,
        "\(servers[server].name) shows \(user) as \(sight), after \(before) of \(timeline.entries.count) states: "
          + timeline.entries.suffix(3).map { "\($0.from.text) \($0.sight)" }.joined(separator: ", "))
      return
    }
    oracle.places[view] = place
    if oracle.sights.updateValue(sight, forKey: view)?.isPresent == false {
      noteDelay(of: sight, in: timeline, view)
    }
  }

  private func noteDelay(of sight: Sight, in timeline: TruthTimeline, _ view: Oracle.View) {
    guard let latest = timeline.lastPlace(of: sight), latest > 0, sight.isPresent,
      !timeline.entries[latest - 1].sight.isPresent
    else { return }
    let came = timeline.entries[latest].from
    guard isCalm(since: came), !watchers(of: view.user, at: view.server, since: came - .seconds(12)).isEmpty
    else { return }
    let delay = (now - came) / .seconds(1)
    if delay > 17 {
      note("LATE: \(servers[view.server].name) shows \(view.user) as \(sight) after \(delay) s")
    }
    oracle.delays.append(delay)
  }

  /// Who has been looking at a remote user since an instant, in order.
  func watchers(of user: UserID, at server: Int, since instant: Instant) -> [UserID] {
    guard let rules = servers[server].life?.rules else { return [] }
    return rules.lists.audience(of: user).filter { owner in
      guard let since = oracle.lookingSince[owner], since <= instant else { return false }
      return rules.person(owner)?.choice != .hidden
        && oracle.isSettled(.init(owner: owner, observed: user), since: instant)
    }.sorted()
  }

  // MARK: Messages

  func inspectSending(_ outbound: OutboundTransaction, from server: Int, _ life: ServerLife) {
    let to = indices[outbound.peer]
    var accepted: Set<UserID> = []
    for case .list(let message) in outbound.transaction.edus {
      if message.kind == .accept { accepted.insert(message.observed) }
      let sender = message.kind == .invite || message.kind == .drop ? message.observer : message.observed
      if sender.server != servers[server].name {
        violate(.ownPeople, "\(message) from \(servers[server].name)")
      }
    }
    for case .presence(let edu) in outbound.transaction.edus {
      inspect(edu, to: outbound.peer, from: server)
      if edu.role == .reminder, let to { noteReminder(server, to) }
      guard let to, outbound.attempt == 1, edu.role != .answer else { continue }
      for push in edu.push where !accepted.contains(push.userID) { inspectInterest(in: push.userID, of: to) }
    }
    for case .presence(let edu) in outbound.transaction.edus {
      guard let to else { continue }
      for push in edu.push { oracle.pushedNow(push.userID, to: to, at: now) }
    }
  }

  func inspectAnswer(_ edu: PresenceEDU?, to peer: ServerName, from server: Int) {
    if let edu { inspect(edu, to: peer, from: server) }
  }

  /// What is said now has to be allowed now, and is about the sender's own users only.
  private func inspect(_ edu: PresenceEDU, to peer: ServerName, from server: Int) {
    guard let rules = servers[server].life?.rules else { return }
    let name = servers[server].name
    for push in edu.push {
      if push.userID.server != name { violate(.ownPeople, "\(name) speaks of \(push.userID)") }
      if !rules.lists.isAllowed(peer, toSee: push.userID) {
        violate(.permission, "\(name) tells \(peer) of \(push.userID)")
      }
      observeTruth(of: push.userID, at: server)
    }
    for user in edu.poll + edu.unpoll + edu.queries where user.server != peer {
      violate(.ownPeople, "\(name) asks \(peer) for \(user)")
    }
    for user in edu.refused where user.server != name { violate(.ownPeople, "\(name) refuses \(user)") }
  }

  /// Some time after the last of them looked away, a server hears nothing of a person any more.
  private func inspectInterest(in user: UserID, of server: Int) {
    // Who forgot even whom it watches cannot say that it does no more.
    guard isCalm(since: now - .seconds(45)), !lostDisks.contains(server),
      let rules = servers[server].life?.rules
    else { return }
    let moment = servers[server].now(at: now)
    let isWanted = rules.lists.audience(of: user).contains {
      rules.isPolling($0, now: moment) || rules.interestStands(of: $0, now: moment)
    }
    let touched = oracle.interestTouched[.init(server: server, user: user)] ?? .origin
    // They look for 30 s after their stream closed, linger for as long again, and say so.
    guard !isWanted, touched <= now - .seconds(40) else { return }
    let kept = servers[server].life?.engine.status(now: moment).first { $0.name == user.server }?.watchedByUs[
      user]
    violate(
      .unwanted,
      "\(user) is pushed to \(servers[server].name), where nobody looks; watched there by "
        + (kept.map { "\($0)" } ?? "none"))
  }

  /// Who has just been heard from is tried again at once, whatever failed before.
  func demandPatienceEnds(at server: Int, with peer: ServerName) {
    guard let life = servers[server].life, let to = indices[peer],
      oracle.isWaiting(from: server, to: to),
      let status = life.engine.status(now: servers[server].now(at: now)).first(where: { $0.name == peer }),
      status.failures > 0
    else { return }
    violate(
      .backoff,
      "\(servers[server].name) heard from \(peer) and still waits, after \(status.failures) failures")
  }

  private func noteReminder(_ one: Int, _ other: Int) {
    oracle.reminded[.init(from: min(one, other), to: max(one, other))] = now
  }

  /// The same transaction again: the same answer, and nothing else.
  func compareRepeat(
    _ transaction: Transaction, _ outcome: (answer: TransactionAnswer, changedNothing: Bool),
    _ before: TransactionAnswer?, at server: Int
  ) {
    let name = servers[server].name
    if !outcome.changedNothing {
      violate(.repeated, "\(transaction.id) of \(transaction.origin) changed \(name) twice")
    }
    if let before, before != outcome.answer,
      withoutForbidden(before, for: transaction.origin, at: server) != outcome.answer
    {
      violate(.repeated, "\(transaction.id) of \(transaction.origin) got another answer from \(name)")
    }
  }

  /// An answer as it may be repeated: users who may not be seen any more are not shown again.
  private func withoutForbidden(
    _ answer: TransactionAnswer, for peer: ServerName, at server: Int
  ) -> TransactionAnswer {
    guard let rules = servers[server].life?.rules, let said = answer.answer else { return answer }
    var allowed = answer
    allowed.answer?.push = said.push.filter { rules.lists.isAllowed(peer, toSee: $0.userID) }
    let hidden = said.push.map(\.userID).filter { !rules.lists.isAllowed(peer, toSee: $0) }
    allowed.answer?.refused = said.refused + hidden
    return allowed
  }
}
