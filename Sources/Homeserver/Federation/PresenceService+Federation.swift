internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import PresenceFederation
internal import Synchronization

/// What other servers are told, and what they are asked. The engine decides; this stores and tells streams.
extension PresenceService {
  /// After a start, servers with a subscription hear of it (R13).
  func meetPeers() async {
    guard let rows = federation?.rowsOfThisLife else { return }
    for change in federation?.retainStored() ?? [] { writeLater(change) }
    // Before any peer is told of it. On a full disk the next life may be told the same, and is put right then.
    try? await persistence.commit(rows.map(StoreChange.peers))
    perform(federation?.start(rules, now: time.now))
  }

  func notifyPeers(_ effects: [PresenceEffect]) {
    dispatch(federation?.handle(effects, rules, now: time.now))
  }

  func expireFederation() { dispatch(federation?.expire(rules, now: time.now)) }

  /// An attempt to send was answered, or was not.
  func sent(_ outbound: OutboundTransaction, _ outcome: PeerSender.Outcome) {
    perform(federation?.sent(outbound, outcome, rules, now: time.now))
  }

  /// A server asked for something else, and so is there (R3).
  func noteRequest(from peer: ServerName) {
    perform(federation?.noteRequest(from: peer, rules, now: time.now))
  }

  /// What an operator is told of every peer.
  var peerStatus: [PeerStatus] { federation?.status(now: time.now) ?? [] }

  /// The server of a user who is watched here has said what they are called.
  func learn(_ profile: Profile, of user: UserID) { apply { rules, _ in rules.learn(profile, of: user) } }

  /// Does what remains of a step; every poll it concerns is answered in a later turn.
  ///
  /// - Parameters:
  ///   - outcome: what remains of it.
  ///   - effects: what came of it already and peers have heard of.
  func perform(_ outcome: FederationHost.Outcome?, after effects: [PresenceEffect] = []) {
    dispatch(outcome, after: effects)
    answerLater()
  }

  /// The same; `answerPolls` or `answerLater` has to follow.
  private func dispatch(_ outcome: FederationHost.Outcome?, after effects: [PresenceEffect] = []) {
    guard let outcome else { return }
    publish(effects + rules.apply(outcome.updates))
    for change in outcome.changes { writeLater(change) }
    for (user, content) in outcome.answers {
      for waiting in queries.answer(user, .state) { waiting.resume(returning: content) }
    }
  }

  // MARK: Queries

  private static let patience = Duration.seconds(5)
  private static let listPatience = Duration.seconds(2)

  /// Sends a one-shot query for a user to their server; nil where it does not show them, or does not answer in time.
  func query(_ user: UserID, for viewer: UserID) async -> PresenceContent? {
    guard federation != nil else { return nil }
    return await wait(.state, for: viewer, about: [user], Self.patience) {
      perform(federation?.query(user, rules, now: time.now))
    }
  }

  /// Waits until something is known of everybody elsewhere on a list whose server is being asked, but not long.
  func waitForOthers(on viewer: UserID) async {
    guard federation != nil else { return }
    let unanswered = rules.lists.entries(of: viewer).keys.filter { user in
      user.server != rules.server && rules.unknownReason(of: user, for: viewer) == .unanswered
    }
    guard !unanswered.isEmpty else { return }
    _ = await wait(.list, for: viewer, about: Set(unanswered), Self.listPatience) {}
  }

  /// Something is known of a person now, or is known not to be.
  func answerReaders(of user: UserID) {
    // Of people of this server everything is known.
    guard user.server != rules.server else { return }
    let waiting = queries.answer(user, .list) { rules.unknownReason(of: user, for: $0) != .unanswered }
    for reader in waiting { reader.resume(returning: nil) }
  }

  /// Begins something and waits for its answer: nil where it does not come in time, or the caller's task is cancelled.
  private func wait(
    _ kind: PendingQueries<CheckedContinuation<PresenceContent?, Never>>.Kind, for viewer: UserID,
    about users: Set<UserID>, _ patience: Duration, _ begin: () -> Void
  ) async -> PresenceContent? {
    let id = queries.newID()
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        guard !Task.isCancelled, !sync.hub.isClosed else { return continuation.resume(returning: nil) }
        queries.add(
          id, continuation, kind, for: viewer, about: users, until: time.instant + patience)
        begin()
        keepDeadlines()
      }
    } onCancel: {
      givenUp.withLock { $0.append(id) }
      alarm.ring()
    }
  }

  /// Those whose time is up, or who have gone, wait no longer.
  func expireQueries() {
    let gone = givenUp.withLock { ids in
      defer { ids = [] }
      return ids
    }
    let waiting = gone.compactMap { queries.remove($0) } + queries.takeDue(at: time.instant)
    for query in waiting { query.resume(returning: nil) }
  }
}

extension AccountRegistry {
  /// A message with the names of this server's people in it: both fields always, a cleared one as `""`
  /// (Protocol 8).
  func named(_ message: PresenceEDU) -> PresenceEDU {
    var message = message
    for index in message.push.indices {
      let profile = announcedProfile(of: message.push[index].userID)
      message.push[index].content.displayName = profile?.displayName ?? ""
      message.push[index].content.avatarURL = profile?.avatarURL ?? ""
    }
    return message
  }
}
