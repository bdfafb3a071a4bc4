internal import MatrixWire
internal import Ports
internal import PresenceCore

/// Which remote users are watched here, and which local users are watched by peers.
extension FederationEngine {
  /// Takes the effects of the rules.
  mutating func absorb(
    _ effects: [PresenceEffect], _ rules: PresenceRules, _ now: Moment, _ step: inout Step
  ) {
    for effect in effects {
      switch effect {
      case .presenceChanged(let user, let toOthers):
        guard user.server == server else { continue }
        if toOthers { changed(user, now) }
        restand(user, rules, now, &step)
      case .pollingChanged(let user, _): restand(user, rules, now, &step)
      case .listChanged(let owner, let event):
        guard event.userID.server != server else { continue }
        reconsider(event.userID, of: owner, rules, now, &step)
      case .inviteChanged(let event):
        let (observed, peer) = (event.observed, event.observer.server)
        if peer != server, !rules.lists.isAllowed(peer, toSee: observed) {
          unwatch(observed, by: peer, now, &step)
        }
      case .tellPeer(let peer, let message): send(message, to: peer, now: now, &step)
      case .endStreams: break
      }
    }
  }

  // MARK: Ours

  /// A user began or ceased to look, or to hide.
  mutating func restand(
    _ user: UserID, _ rules: PresenceRules, _ now: Moment, _ step: inout Step
  ) {
    let isHidden = rules.person(user)?.choice == .hidden
    let interest = Interest(
      looks: rules.isPolling(user, now: now) && !isHidden,
      stands: rules.interestStands(of: user, now: now))
    guard interest != interests[user] ?? Interest() else { return }
    interests[user] = interest == Interest() ? nil : interest
    // Those who come onto the list later are looked after when they do.
    var others: [(order: UInt64, user: UserID)] = []
    for (other, entry) in rules.lists.entries(of: user) where other.server != server {
      others.append((entry.order, other))
    }
    restanding[user] = others.sorted { $0.order < $1.order }.map(\.user)[...]
    restandSome(user, rules, now, &step)
  }

  /// Looks after a few more of the people elsewhere on the list of a user who looks, or ceased to, and after the others
  /// a moment later: there may be thousands, and everybody else waits.
  mutating func restandSome(
    _ user: UserID, _ rules: PresenceRules, _ now: Moment, _ step: inout Step
  ) {
    guard let some = restanding[user]?.prefix(Self.peopleAtOnce) else { return }
    restanding[user]?.removeFirst(some.count)
    for observed in some { reconsider(observed, of: user, rules, now, &step) }
    if restanding[user]?.isEmpty == true {
      restanding[user] = nil
      deadlines.set(nil, for: .restand(user))
    } else {
      deadlines.set(now.instant + .milliseconds(1), for: .restand(user))
    }
  }

  /// How many people elsewhere on one list are looked after at once.
  static let peopleAtOnce = 128

  /// How long it takes until all are: what is to be asked goes together.
  private func restandingSpan(of owner: UserID) -> Duration {
    restanding[owner].map { .milliseconds($0.count / Self.peopleAtOnce + 1) } ?? .zero
  }

  /// The interest of `owner` in a remote user may have changed.
  mutating func reconsider(
    _ observed: UserID, of owner: UserID, _ rules: PresenceRules, _ now: Moment, _ step: inout Step
  ) {
    let isAccepted = rules.lists.entry(of: owner, for: observed)?.state == .accepted
    let interest = isAccepted ? interests[owner] ?? Interest() : Interest()
    let name = observed.server
    guard interest != Interest() || peers[name]?.watchedByUs[observed] != nil else { return }
    open(name)
    if peers[name]?.watchedByUs[observed] == nil { peers[name]?.watchedByUs[observed] = .init() }
    let wasWanted = peers[name]?.watchedByUs[observed]?.isWanted ?? true
    peers[name]?.update(observed) { watched in
      if interest.looks { watched.observers.insert(owner) } else { watched.observers.remove(owner) }
      if interest.stands { watched.relationship.insert(owner) } else { watched.relationship.remove(owner) }
    }
    guard let watched = peers[name]?.watchedByUs[observed] else { return }
    if watched.isWanted {
      deadlines.set(nil, for: .linger(observed))
    } else if wasWanted {
      deadlines.set(now.instant + timing.pollLinger, for: .linger(observed))
    }
    if watched.isWanted, !watched.isPolled, peers[name]?.isModern == false {
      peers[name]?.queue.unpolls.remove(observed)
      peers[name]?.queue.polls.insert(observed)
      // Interest that only stands (R14) goes along with whatever goes next: a message now would reveal its owner.
      if !watched.observers.isEmpty {
        let spread = span(0...1, of: timing.pollSpread)
        flush(name, at: now.instant + max(spread, restandingSpan(of: owner)))
        hasten(name, now)
      }
    }
    touch(name)
  }

  /// A user has not been watched for a while: their server may stop pushing (R8).
  mutating func lingerEnded(
    _ user: UserID, _ rules: inout PresenceRules, _ now: Moment, _ step: inout Step
  ) {
    let name = user.server
    guard let watched = peers[name]?.watchedByUs[user], !watched.isWanted else { return }
    // A server of today would not say it again before the next change: its state holds until it expires.
    if peers[name]?.isModern == true, watched.heardAt != nil { return }
    peers[name]?.unwatch(user)
    peers[name]?.queue.polls.remove(user)
    // Also where they were polled before, and the peer may not push them any more.
    if watched.isPolled || watched.version != nil {
      peers[name]?.queue.unpolls.insert(user)
      peers[name]?.queue.isDecline = false
      flush(name, at: now.instant)
    }
    // What was heard last ages from here, and no message will say when it is wrong.
    step.presence += rules.forget(user, because: .unanswered)
    touch(name)
  }

  /// Every watched user has to be polled again.
  mutating func pollAgain(_ name: ServerName, now: Moment) {
    for user in (peers[name]?.watchedByUs ?? [:]).keys {
      peers[name]?.update(user) { watched in
        watched.isPolled = false
      }
    }
    if peers[name]?.watchedByUs.isEmpty == false {
      peers[name]?.queue.isReminder = true
      flush(name, at: now.instant)
    }
  }

  // MARK: Theirs

  /// A local user looks different to others.
  mutating func changed(_ user: UserID, _ now: Moment) {
    versions[user, default: 0] += 1
    guard let names = watchers[user] else { return }
    for name in names.sorted(by: Self.precedes) { batch(user, for: name, now) }
  }

  /// A state goes with the batch, or with whatever goes first (R7).
  mutating func batch(_ user: UserID, for name: ServerName, _ now: Moment) {
    guard peers[name]?.changed.insert(user).inserted == true else { return }
    if peers[name]?.changed.count ?? 0 >= Transaction.mostStates {
      flush(name, at: now.instant)
    } else {
      let wait = min(timing.batchWindow + span(0...1, of: timing.batchJitter), timing.longestBatch)
      flush(name, at: now.instant + wait)
    }
  }

  mutating func watch(_ user: UserID, by name: ServerName) {
    peers[name]?.watchedByThem.insert(user)
    watchers[user, default: []].insert(name)
  }

  /// A peer is told no more of a user, not even what is queued already.
  mutating func unwatch(_ user: UserID, by name: ServerName, _ now: Moment, _ step: inout Step) {
    peers[name]?.watchedByThem.remove(user)
    watchers[user]?.remove(name)
    if watchers[user]?.isEmpty == true { watchers[user] = nil }
    peers[name]?.changed.remove(user)
    peers[name]?.queue.states.remove(user)
    if peers[name]?.inFlight?.contents.states.contains(user) == true {
      peers[name]?.inFlight?.isTainted = true
    }
    touch(name)
  }

  static func precedes(_ left: ServerName, _ right: ServerName) -> Bool {
    left.rawValue.utf8.lexicographicallyPrecedes(right.rawValue.utf8)
  }
}
