internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import PresenceFederation

/// Transactions and their answers on their way.
extension World {
  func post(_ outbound: OutboundTransaction, from server: Int) {
    guard let life = servers[server].life else { return }
    inspectSending(outbound, from: server, life)
    report.messages += 1
    report.causes[outbound.cause, default: 0] += 1
    log.add(now.nanoseconds)
    log.add(server)
    log.add(outbound.transaction)
    lastRequest += 1
    let to = indices[outbound.peer] ?? -1
    oracle.count(outbound, from: server, to: to)
    let request = Request(
      number: lastRequest, from: server, life: life.number, to: to, outbound: outbound)
    if wire != nil { wire?.append(WireRecord(outbound, at: now, from: server, to: to)) }
    note(
      "\(servers[server].name) -> \(outbound.peer) \(outbound.cause) \(outbound.attempt) "
        + Self.text(outbound.transaction))
    witness?(.sent(servers[server].name, outbound))
    pending.insert(request.number)
    oracle.sent(request.number, from: server, to: to)
    queue.plan(.timeout(request), at: now + outbound.timeout)
    guard to >= 0 else {
      if let answer = outside?(outbound) {
        queue.plan(.answer(request, .answered(answer)), at: now + network.passage * 2)
      }
      return
    }
    noteInvites(outbound.transaction, areUnderWay: true)
    for passage in network.passages(from: server, to: to) { queue.plan(.arrival(request), at: now + passage) }
  }

  func arrive(_ request: Request) {
    let server = request.to
    guard let life = servers[server].life else {
      if !servers[server].vanishes { reply(.refused, to: request) }
      return
    }
    let transaction = request.outbound.transaction
    note("\(servers[server].name) receives \(transaction.id) of \(transaction.origin)")
    noteInvites(transaction, areUnderWay: false)
    let repeated = oracle.arrived(transaction, at: server, life: life.number)
    if repeated == .inAnEarlierLife { reach(.duplicateAfterRestart) }
    guard let answer = handle(transaction, at: server) else { return }
    if answer.answer.behind == nil, oracle.isNews(transaction, at: server) {
      demandPatienceEnds(at: server, with: transaction.origin)
    }
    if case .inThisLife(let before) = repeated { compareRepeat(transaction, answer, before, at: server) }
    oracle.gave(answer.answer, to: transaction, at: server)
    inspectAnswer(answer.answer.answer, to: transaction.origin, from: server)
    if let said = answer.answer.answer, !said.refused.isEmpty { reach(.pollRefused) }
    log.add(now.nanoseconds)
    if let said = answer.answer.answer { log.add(said) }
    if wire != nil {
      wire?.append(WireRecord(answer.answer, to: transaction, at: now, from: server, to: request.from))
    }
    note(
      "\(servers[server].name) answers \(transaction.id) of \(transaction.origin): \(Self.text(answer.answer))"
    )
    witness?(.answered(servers[server].name, transaction, answer.answer))
    if crashes(server, at: .beforeAnswer) { return }
    reply(.answered(answer.answer), to: request)
  }

  /// Lets a server take a transaction and commit what follows; nil where it crashed, or refused.
  func handle(
    _ transaction: Transaction, at server: Int
  ) -> (answer: TransactionAnswer, changedNothing: Bool)? {
    guard let life = servers[server].life else { return nil }
    report.events += 1
    let moment = servers[server].now(at: now)
    let outcome = try? life.receive(transaction, moment)
    guard let (answer, step) = outcome else { return nil }
    let received = transaction.edus.compactMap { edu -> ListEDU? in
      guard case .list(let message) = edu else { return nil }
      let asks = message.kind == .invite || message.kind == .drop
      return (asks ? message.observer : message.observed).server == transaction.origin ? message : nil
    }
    guard follow(step, of: server, received: received) else { return nil }
    return (answer, step.presence.isEmpty && step.federation.isEmpty)
  }

  private func reply(_ reply: Reply, to request: Request) {
    let passages = network.passages(from: request.to, to: request.from, isAnswer: true)
    var carriesAnswer = false
    if case .answered(let answer) = reply { carriesAnswer = answer.answer != nil }
    if passages.isEmpty, carriesAnswer { reach(.inlineAnswerLost) }
    guard let first = passages.first else { return }
    // A connection carries one answer.
    if carriesAnswer { answering[request.number] = (request.to, request.from) }
    queue.plan(.answer(request, reply), at: now + first)
  }

  func answered(_ request: Request, _ reply: Reply) {
    answering[request.number] = nil
    guard pending.remove(request.number) != nil, servers[request.from].life?.number == request.life else {
      return
    }
    note(
      "\(servers[request.from].name) hears of \(request.outbound.transaction.id) at \(request.outbound.peer)"
    )
    switch reply {
    case .answered(let answer):
      input(to: request.from) { life, moment in life.succeeded(request.outbound, answer, moment) }
    case .refused:
      oracle.failed(request.number, from: request.from, to: request.to)
      witness?(.unanswered(servers[request.from].name, request.outbound))
      input(to: request.from) { life, moment in life.failed(request.outbound, moment) }
    }
  }

  func timedOut(_ request: Request) {
    guard pending.remove(request.number) != nil, servers[request.from].life?.number == request.life else {
      return
    }
    answering[request.number] = nil
    note("\(servers[request.from].name) waited in vain for \(request.outbound.peer)")
    witness?(.unanswered(servers[request.from].name, request.outbound))
    oracle.failed(request.number, from: request.from, to: request.to)
    input(to: request.from) { life, moment in life.failed(request.outbound, moment) }
  }

  private func noteInvites(_ transaction: Transaction, areUnderWay: Bool) {
    for case .list(let message) in transaction.edus where message.kind == .invite {
      let pair = message.relation
      if areUnderWay {
        if invitesUnderWay.contains(.init(owner: pair.observed, observed: pair.owner)) {
          reach(.crossedInvites)
        }
        invitesUnderWay.insert(pair)
      } else {
        invitesUnderWay.remove(pair)
      }
    }
  }
}
