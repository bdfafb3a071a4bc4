internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import PresenceFederation

/// What other servers say and are told. The engine decides; this stores, sends and tells streams.
extension PresenceService {
  /// After a start, servers with a subscription hear of it (R13).
  func meetPeers() async {
    guard let epoch = federation?.epoch else { return }
    for record in atStart.peers {
      for change in passing.changes(with: record) { writeLater(change) }
    }
    // Before any peer is told of it. On a full disk the next life may be told the same, and is put right then.
    try? await persistence.commit([.epoch(epoch)])
    let step = federation?.start(
      peers: atStart.peers, unsent: atStart.unsent, rules: &rules, now: time.now)
    perform(step)
  }

  func hearOfPeers(_ effects: [PresenceEffect]) {
    dispatch(federation?.hear(effects, rules: &rules, now: time.now))
  }

  func expireFederation() { dispatch(federation?.expire(rules: &rules, now: time.now)) }

  /// An attempt to send was answered, or was not.
  func sent(_ outbound: OutboundTransaction, _ outcome: PeerSender.Outcome) {
    let now = time.now
    switch outcome {
    case .answered(let answer):
      failures.answered(outbound.peer)
      perform(federation?.succeeded(outbound, with: answer, rules: &rules, now: now))
    case .failed(let reason, let cause):
      failures.failed(outbound.peer, cause)
      perform(federation?.failed(outbound, because: reason, rules: &rules, now: now))
    }
  }

  /// A server asked for something else, and so is there (R3).
  func heard(from peer: ServerName) {
    perform(federation?.heard(from: peer, rules: &rules, now: time.now))
  }

  /// What an operator is told of every peer, including those that are named by hand and have no relation.
  var peerStatus: [PeerStatus] {
    guard let federation else { return [] }
    return federation.status(with: knownPeers?.named ?? [], now: time.now)
  }

  /// Asks another server once for a user; nil where it does not show them, or does not answer in time.
  func askOnce(_ user: UserID) async -> PresenceContent? {
    guard federation != nil else { return nil }
    lastAsker += 1
    let id = lastAsker
    asking[id] = false
    defer { asking[id] = nil }
    return await withTaskGroup(of: PresenceContent?.self) { group in
      group.addTask { await self.waitForAnswer(of: user, id) }
      group.addTask {
        try? await self.time.sleep(until: self.time.instant + Self.patience)
        await self.giveUp(user, id)
        return nil
      }
      let first = await group.next()
      group.cancelAll()
      return first.flatMap(\.self)
    }
  }

  private static let patience = Duration.seconds(5)

  private func waitForAnswer(of user: UserID, _ id: UInt64) async -> PresenceContent? {
    await withCheckedContinuation { continuation in
      guard asking[id] == false else {
        continuation.resume(returning: nil)
        return
      }
      askers[user, default: [:]][id] = continuation
      perform(federation?.askOnce(user, rules: &rules, now: time.now))
    }
  }

  private func giveUp(_ user: UserID, _ id: UInt64) {
    if asking[id] != nil { asking[id] = true }
    askers[user]?.removeValue(forKey: id)?.resume(returning: nil)
    if askers[user]?.isEmpty == true { askers[user] = nil }
  }

  /// A viewer who reads their list, and the users of whom nothing is known yet.
  struct ListReader: Sendable {
    let viewer: UserID
    var unanswered: Set<UserID>
    let continuation: CheckedContinuation<Void, Never>
  }

  private static let listPatience = Duration.seconds(2)

  /// Waits until something is known of everybody elsewhere on a list whose server is being asked, but not long.
  func waitForOthers(on viewer: UserID) async {
    guard federation != nil, !unanswered(on: viewer).isEmpty else { return }
    lastAsker += 1
    let id = lastAsker
    asking[id] = false
    defer { asking[id] = nil }
    await withTaskGroup { group in
      group.addTask { await self.waitAsReader(viewer, id) }
      group.addTask {
        try? await self.time.sleep(until: self.time.instant + Self.listPatience)
        await self.stopReading(id)
      }
      await group.next()
      group.cancelAll()
    }
  }

  private func unanswered(on viewer: UserID) -> Set<UserID> {
    Set(
      rules.lists.entries(of: viewer).keys.filter { user in
        user.server != rules.server && rules.unknownReason(of: user, for: viewer) == .unanswered
      })
  }

  private func waitAsReader(_ viewer: UserID, _ id: UInt64) async {
    await withCheckedContinuation { continuation in
      let unanswered = unanswered(on: viewer)
      guard asking[id] == false, !unanswered.isEmpty else {
        continuation.resume()
        return
      }
      readers[id] = ListReader(viewer: viewer, unanswered: unanswered, continuation: continuation)
    }
  }

  private func stopReading(_ id: UInt64) {
    if asking[id] != nil { asking[id] = true }
    readers.removeValue(forKey: id)?.continuation.resume()
  }

  /// Something is known of a person now, or is known not to be.
  func tellReaders(of user: UserID) {
    // Of people of this server everything is known.
    guard user.server != rules.server else { return }
    for (id, reader) in readers where reader.unanswered.contains(user) {
      guard rules.unknownReason(of: user, for: reader.viewer) != .unanswered else { continue }
      readers[id]?.unanswered.remove(user)
      if readers[id]?.unanswered.isEmpty == true {
        readers.removeValue(forKey: id)?.continuation.resume()
      }
    }
  }

  private func perform(_ step: FederationEngine.Step?) {
    dispatch(step)
    answerLater()
  }

  /// Does what the engine asks for; `answerPolls` or `answerLater` has to follow.
  private func dispatch(_ step: FederationEngine.Step?) {
    guard let step else { return }
    publish(step.presence)
    for effect in step.federation {
      switch effect {
      case .send(let outbound): sender?.send(outbound)
      case .delivered(_, let message): writeLater(.delivered(message))
      case .remember(let record):
        for change in passing.changes(with: record) { writeLater(change) }
        writeLater(.peer(record))
      case .answeredOnce(let user, let content):
        for asker in (askers.removeValue(forKey: user) ?? [:]).values { asker.resume(returning: content) }
      case .askProfile(let user): profileFetcher?.want(user)
      }
    }
  }

  /// The server of a user who is watched here has said what they are called.
  func learn(_ profile: Profile, of user: UserID) { apply { rules, _ in rules.learn(profile, of: user) } }

  // MARK: Receiving

  /// A transaction whose signature is its origin's. What it changes of lists, and that its origin watches a user here,
  /// is durable before it takes effect.
  ///
  /// The same transaction again waits for the first: its sender was not answered in time.
  ///
  /// - Throws: `APIError` where another one of the same origin is being stored, or this one holds too much;
  ///   `StoreError` where it could not be stored, and nothing of it is done.
  func receive(_ transaction: Transaction) async throws -> TransactionAnswer {
    let origin = transaction.origin
    while let current = receiving[origin] {
      guard current.id == transaction.id, current.repeats.count < Self.mostRepeats else {
        throw APIError(429, .unknown, "Too many concurrent transactions from \(origin).")
      }
      await withCheckedContinuation { receiving[origin]?.repeats.append($0) }
    }
    guard takes(transaction) else { return try await take(transaction) }
    receiving[origin] = Receiving(id: transaction.id)
    defer { for waiting in receiving.removeValue(forKey: origin)?.repeats ?? [] { waiting.resume() } }
    // Not the people themselves: how long this takes would tell how busy they are.
    let relations = transaction.listMessages.filter { isFitting($0, from: origin) }.flatMap { message in
      [
        KeyedLock.Key.relation(owner: message.observer, observed: message.observed),
        .relation(owner: message.observed, observed: message.observer),
      ]
    }
    let begins = await beginsSubscription(transaction)
    guard !relations.isEmpty || begins else { return try await take(transaction) }
    return try await locks.withLock(keys: Set(relations)) {
      guard takes(transaction) else { return try await take(transaction) }
      let decisions = await decide(transaction, now: time.now)
      let rows = receivedRows(of: decisions, transaction.listMessages)
      try await commit(rows.isEmpty && !begins ? nothing : rows + record(taking: transaction, begins))
      // Another life of the server may have been heard of meanwhile: then nothing of this is done.
      let isTaken = takes(transaction)
      let answer = try await take(transaction, decisions)
      if !isTaken {
        for case .unsent(let message) in rows { writeLater(.delivered(message)) }
      }
      // What came in between made another decision of it, or none: it is stored as it is.
      for decision in decisions where decision.record != nil {
        let relation = Relation(owner: decision.owner, observed: decision.observed)
        let relationship = rules.lists.relationship(of: relation.owner, for: relation.observed)
        if relationship != decision.after { writeLater(relation) }
      }
      return answer
    }
  }

  /// How often a transaction may be repeated while it is being stored.
  private static let mostRepeats = 4

  private func takes(_ transaction: Transaction) -> Bool { federation?.takes(transaction) ?? false }

  /// Whether a transaction is the first by which its origin watches a user here.
  private func beginsSubscription(_ transaction: Transaction) async -> Bool {
    var looked = 0
    for case .presence(let edu) in transaction.edus {
      var polled = edu.poll[...]
      while !polled.isEmpty {
        let some = polled.prefix(Self.namesInOneLook)
        if federation?.beginsSubscription(some, by: transaction.origin, rules) ?? false { return true }
        polled = polled.dropFirst(some.count)
        looked += some.count
        guard looked >= Self.namesInOneLook else { continue }
        looked = 0
        await Task.yield()
      }
    }
    return false
  }

  private static let namesInOneLook = 512

  private func record(taking transaction: Transaction, _ begins: Bool) -> [StoreChange] {
    guard let record = federation?.record(taking: transaction, begins: begins) else { return [] }
    return [.peer(record)] + passing.changes(with: record)
  }

  /// Something that is stored where nothing changes: a stranger must not learn from the time it takes whether the
  /// invited user exists.
  private var nothing: [StoreChange] { federation.map { [.epoch($0.epoch)] } ?? [] }

  /// Whether a message says what its origin may say, and concerns people of this server, whether or not they exist.
  private func isFitting(_ message: ListEDU, from origin: ServerName) -> Bool {
    let asks = message.kind == .invite || message.kind == .drop
    let (theirs, ours) = asks ? (message.observer, message.observed) : (message.observed, message.observer)
    return theirs.server == origin && ours.server == rules.server
  }

  /// Decides what each message about a list does, some in each turn.
  private func decide(_ transaction: Transaction, now: Moment) async -> [ListDecision] {
    var decisions: [ListDecision] = []
    for (number, message) in transaction.listMessages.enumerated() {
      if number > 0, number % Self.messagesInOneTurn == 0 { await Task.yield() }
      decisions.append(rules.decide(message, from: transaction.origin, after: decisions, now: now))
    }
    return decisions
  }

  /// What has to be stored before these decisions about messages are applied.
  private func receivedRows(of decisions: [ListDecision], _ messages: [ListEDU]) -> [StoreChange] {
    zip(decisions, messages).flatMap { decision, message in
      // Who asks again what was answered asks once more where this answer is lost too.
      let isAnsweredAgain = message.kind == .invite && decision.before.isAllowed
      return rows(of: [decision]).filter { row in
        if case .unsent = row { !isAnsweredAgain } else { true }
      }
    }
  }

  /// Takes a transaction, a few people in each turn: it may name tens of thousands.
  private func take(
    _ transaction: Transaction, _ decisions: [ListDecision] = []
  ) async throws -> TransactionAnswer {
    guard federation != nil else { throw APIError(404, .unrecognized, "This server meets no others.") }
    var reception: Reception
    do throws(MatrixError) { reception = try Reception(transaction, decisions: decisions) } catch {
      throw APIError(400, error.code, error.message)
    }
    while true {
      perform(federation?.receive(&reception, most: Self.peopleInOneTurn, rules: &rules, now: time.now))
      guard !reception.isDone else { return named(reception.answer) }
      await Task.yield()
    }
  }

  /// About how many messages about lists is decided in one turn.
  private static let messagesInOneTurn = 16

  /// How many people of a transaction are looked after in one turn.
  static let peopleInOneTurn = 32

  /// States go with the names of their people, as they are when the states are said.
  private func named(_ answer: TransactionAnswer) -> TransactionAnswer {
    guard let said = answer.answer else { return answer }
    var answer = answer
    answer.answer = accounts.named(said)
    return answer
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
