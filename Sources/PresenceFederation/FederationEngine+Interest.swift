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
        if peer != server, !rules.audience.isVisible(observed, toUsersOf: peer) {
          unwatch(observed, by: peer)
        }
      case .sendToPeer(let peer, let message):
        if message.kind == .invite {
          sendInvite(message, now, &step)
        } else {
          send(message, to: peer, now: now, &step)
        }
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
    let interest = Interests.Interest(
      looks: rules.isPolling(user, now: now) && !isHidden, stands: rules.interestStands(of: user, now: now))
    guard interests.set(interest, of: user) else { return }
    // Those who come onto the list later are looked after when they do.
    var others: [(order: UInt64, user: UserID)] = []
    for (other, entry) in rules.lists.entries(of: user) where other.server != server {
      others.append((entry.order, other))
    }
    interests.restand(user, others.sorted { $0.order < $1.order }.map(\.user))
    restandSome(user, rules, now, &step)
  }

  /// Looks after a few more remote users on the list of a user whose interest changed, and after the others a moment
  /// later.
  mutating func restandSome(
    _ user: UserID, _ rules: PresenceRules, _ now: Moment, _ step: inout Step
  ) {
    guard let (some, isLast) = interests.takeSome(of: user) else { return }
    for observed in some { reconsider(observed, of: user, rules, now, &step) }
    if isLast { interests.finish(user) }
    agenda.set(isLast ? nil : now.instant + .milliseconds(1), for: .restand(user))
  }

  /// The interest of `owner` in a remote user may have changed.
  mutating func reconsider(
    _ observed: UserID, of owner: UserID, _ rules: PresenceRules, _ now: Moment, _ step: inout Step
  ) {
    let isAccepted = rules.lists.entry(of: owner, for: observed)?.state == .accepted
    let interest = isAccepted ? interests[owner] : Interests.Interest()
    let name = observed.server
    guard interest != Interests.Interest() || peers[name]?.subscriptions.watchedByUs[observed] != nil else {
      return
    }
    open(name)
    peers[name]?.set(interest, of: owner, in: observed, after: interests.span(of: owner), &agenda, now)
  }

  /// A user has not been watched for a while (R8).
  mutating func lingerEnded(_ user: UserID, _ now: Moment, _ step: inout Step) {
    guard peers[user.server]?.lingerEnded(user, &agenda, now) == true else { return }
    // What was heard last ages from here, and no message will say when it is wrong.
    step.update(.unknown(user, because: .unanswered))
    touch(user.server)
  }

  // MARK: Theirs

  /// A local user looks different to others.
  mutating func changed(_ user: UserID, _ now: Moment) {
    versions[user, default: 0] += 1
    guard let names = watchers[user] else { return }
    for name in names.sorted(by: Self.precedes) { peers[name]?.batch(user, &agenda, now) }
  }

  mutating func watch(_ user: UserID, by name: ServerName) {
    peers[name]?.subscriptions.watchedByThem.insert(user)
    watchers[user, default: []].insert(name)
  }

  /// A peer is told no more of a user, not even what is queued already.
  mutating func unwatch(_ user: UserID, by name: ServerName) {
    peers[name]?.unsubscribe(user)
    watchers[user]?.remove(name)
    if watchers[user]?.isEmpty == true { watchers[user] = nil }
    touch(name)
  }

  /// Whether a peer may be told of a user: some user of the peer is allowed to see them.
  func isShown(_ user: UserID, to name: ServerName, _ rules: PresenceRules) -> Bool {
    rules.audience.isVisible(user, toUsersOf: name) && rules.exists(user)
  }

  /// Whether a server may say anything of a user: only the user's own may.
  static func maySpeak(_ origin: ServerName, of user: UserID) -> Bool { user.server == origin }

  static func precedes(_ left: ServerName, _ right: ServerName) -> Bool {
    left.rawValue.utf8.lexicographicallyPrecedes(right.rawValue.utf8)
  }
}
