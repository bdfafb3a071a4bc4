internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import PresenceFederation

/// What other servers say.
extension PresenceService {
  /// A transaction whose signature is its origin's. What it changes of lists, and that its origin watches a user here,
  /// is durable before it takes effect.
  ///
  /// The same transaction again waits for the first: its sender was not answered in time.
  ///
  /// - Throws: `APIError` where another one of the same origin is being stored, or this one holds too much;
  ///   `StoreError` where it could not be stored, and nothing of it is done.
  func receive(_ transaction: Transaction) async throws -> TransactionAnswer {
    let origin = transaction.origin
    while let admission = federation?.receiving.admission(of: transaction), admission != .free {
      guard admission == .repeated else {
        throw APIError(429, .unknown, "Too many concurrent transactions from \(origin).")
      }
      await withCheckedContinuation { federation?.receiving.wait($0, for: transaction) }
    }
    guard accepts(transaction) else { return try await handle(transaction) }
    federation?.receiving.begin(transaction)
    defer { for waiting in federation?.receiving.end(transaction) ?? [] { waiting.resume() } }
    // Not the people themselves: how long this takes would tell how busy they are.
    let relations = transaction.listMessages.filter { isFitting($0, from: origin) }.flatMap { message in
      [
        KeyedLock.Key.relation(owner: message.observer, observed: message.observed),
        .relation(owner: message.observed, observed: message.observer),
      ]
    }
    let begins = await beginsSubscription(transaction)
    guard !relations.isEmpty || begins else { return try await handle(transaction) }
    return try await locks.withLock(keys: Set(relations)) {
      guard accepts(transaction) else { return try await handle(transaction) }
      let decisions = await decide(transaction, now: time.now)
      let rows = receivedRows(of: decisions, transaction.listMessages)
      let origin =
        rows.isEmpty && !begins ? nothing : federation?.rows(taking: transaction, begins: begins) ?? []
      try await commit(rows + origin.map(StoreChange.peers))
      // Another life of the server may have been heard of meanwhile: then nothing of this is done.
      let isTaken = accepts(transaction)
      let answer = try await handle(transaction, decisions)
      if !isTaken {
        for case .peers(.unsent(let message)) in rows { writeLater(.delivered(message)) }
      }
      // What came in between made another decision of it, or none: it is stored as it is.
      for decision in decisions where decision.record != nil {
        let relation = decision.relation
        let relationship = rules.lists.relationship(of: relation.owner, for: relation.observed)
        if relationship != decision.after { writeLater(relation) }
      }
      return answer
    }
  }

  private func accepts(_ transaction: Transaction) -> Bool {
    federation?.engine.accepts(transaction) ?? false
  }

  /// Whether a transaction is the first by which its origin watches a user here.
  private func beginsSubscription(_ transaction: Transaction) async -> Bool {
    var looked = 0
    for case .presence(let edu) in transaction.edus {
      var polled = edu.poll[...]
      while !polled.isEmpty {
        let some = polled.prefix(Self.namesInOneLook)
        if federation?.engine.beginsSubscription(some, by: transaction.origin, rules) ?? false { return true }
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

  /// Something that is stored where nothing changes: the time it takes must not tell another server whether the
  /// invited user exists.
  private var nothing: [PeerChange] { federation?.rowsOfThisLife ?? [] }

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
        if case .peers(.unsent) = row { !isAnsweredAgain } else { true }
      }
    }
  }

  /// Takes a transaction, a few people in each turn: it may name tens of thousands.
  private func handle(
    _ transaction: Transaction, _ decisions: [ListDecision] = []
  ) async throws -> TransactionAnswer {
    let begun: Reception?
    do throws(MatrixError) {
      begun = try federation?.engine.begin(transaction, decisions: decisions, now: time.now)
    } catch {
      throw APIError(400, error.code, error.message)
    }
    guard var reception = begun else { throw APIError(404, .unrecognized, "This server meets no others.") }
    while true {
      let now = time.now
      let effects = reception.beginPart(of: Self.peopleInOneTurn, on: &rules, now: now)
      perform(federation?.receive(&reception, rules, now: now), after: effects)
      guard !reception.isDone else {
        for (stored, done) in reception.replaced { replace(stored, by: done) }
        return named(reception.answer)
      }
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
