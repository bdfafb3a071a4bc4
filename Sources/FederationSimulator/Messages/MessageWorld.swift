internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import PresenceFederation

/// A day of a trace over real engines, with nothing going wrong: what it costs in messages.
struct MessageWorld {
  private enum Event {
    case wake(Int)
    case begin(session: Int)
    case change(session: Int, Int)
    case end(session: Int)
    case arrival(from: Int, OutboundTransaction)
    case answer(to: Int, OutboundTransaction, TransactionAnswer)
  }

  /// One server: its rules and its engine.
  private struct Server {
    var rules: PresenceRules
    var engine: FederationEngine
    var wakeAt: Instant?
    var streams: [Int: StreamID] = [:]

    mutating func handle(_ effects: [PresenceEffect], _ now: Moment) -> AppliedStep {
      rules.apply(engine.handle(effects, rules: rules, now: now))
    }

    mutating func receive(
      _ transaction: Transaction, _ now: Moment
    ) throws(MatrixError) -> (answer: TransactionAnswer, step: AppliedStep) {
      try rules.receive(transaction, by: &engine, now: now)
    }

    mutating func expire(_ now: Moment) -> [FederationEffect] {
      let effects = rules.expire(now: now)
      let handled = effects.isEmpty ? [] : handle(effects, now).federation
      return handled + rules.apply(engine.expire(rules: rules, now: now)).federation
    }

    var nextDeadline: Instant? {
      mutating get {
        let (ours, theirs) = (rules.nextDeadline, engine.nextDeadline)
        guard let ours, let theirs else { return ours ?? theirs }
        return min(ours, theirs)
      }
    }
  }

  /// One way takes that long, always.
  static let latency: Duration = .milliseconds(40)

  private let trace: SessionTrace
  private let users: [UserID]
  private let device: DeviceID
  private var servers: [Server] = []
  private var indices: [ServerName: Int] = [:]
  private var queue = EventQueue<Event>()
  private var now: Instant = .origin
  private var count = MessageCount()

  init?(_ trace: SessionTrace, policy: PresencePolicy, window: Duration) {
    guard let device = DeviceID("D") else { return nil }
    self.trace = trace
    self.device = device
    let names = (0..<trace.serverCount).compactMap { ServerName("h\($0).test") }
    users = (0..<trace.peopleCount).compactMap {
      UserID(localpart: "u\($0)", server: names[$0 / trace.peoplePerServer])
    }
    var timing = FederationTiming()
    timing.batchWindow = window
    for (index, name) in names.enumerated() {
      indices[name] = index
      let engine = FederationEngine(
        server: name, policy: policy, timing: timing, epoch: ServerClock.beginning,
        seed: UInt64(index &* 7919 &+ 17))
      servers.append(Server(rules: PresenceRules(server: name), engine: engine))
    }
    layContacts()
  }

  private mutating func layContacts() {
    let clock = ServerClock()
    for (person, user) in users.enumerated() {
      servers[trace.server(of: person)].rules.register(user, now: clock.now(at: now))
    }
    let asked = WallTime(milliseconds: ServerClock.beginning - 1_000_000)
    for (person, contacts) in trace.contacts.enumerated() {
      for (order, other) in contacts.enumerated() {
        let entry = PresenceLists.Entry(
          state: .accepted, order: UInt64(order + 1), invitedAt: asked, acceptedAt: asked)
        let (here, there) = (trace.server(of: person), trace.server(of: other))
        let local = here == there
        servers[here].rules.restore(
          RelationshipRecord(
            owner: users[person], observed: users[other],
            relationship: .init(entry: entry, isAllowed: local)), now: clock.now(at: now))
        if local { continue }
        servers[there].rules.restore(
          RelationshipRecord(
            owner: users[person], observed: users[other],
            relationship: .init(isAllowed: true, inviteID: asked.milliseconds)), now: clock.now(at: now))
      }
    }
  }

  /// - Returns: what was sent by midnight.
  mutating func run() -> MessageCount {
    for (index, session) in trace.sessions.enumerated() {
      queue.plan(.begin(session: index), at: instant(session.start))
    }
    let midnight = instant(SessionTrace.day)
    while let next = queue.next, next < midnight, let (instant, event) = queue.pop() {
      now = instant
      handle(event)
    }
    return count
  }

  private func instant(_ seconds: Double) -> Instant { .origin + .milliseconds(Int64(seconds * 1000)) }

  private mutating func handle(_ event: Event) {
    switch event {
    case .wake(let index):
      guard let at = servers[index].wakeAt, at <= now else { return }
      servers[index].wakeAt = nil
      step(index) { $0.expire($1) }
    case .begin(let session): begin(session)
    case .change(let session, let number): change(session, number)
    case .end(let session): end(session)
    case .arrival(let from, let outbound): arrive(outbound, from: from)
    case .answer(let to, let outbound, let answer):
      step(to) { server, now in
        let step = server.engine.succeeded(outbound, with: answer, rules: server.rules, now: now)
        return server.rules.apply(step).federation
      }
    }
  }

  // MARK: People

  private mutating func begin(_ index: Int) {
    let session = trace.sessions[index]
    let (user, device, person) = (users[session.person], device, session.person)
    step(trace.server(of: person)) { server, now in
      let intent = PollIntent(setPresence: .online, looks: true)
      guard let (stream, effects) = try? server.rules.streamOpened(of: user, on: device, intent, now: now)
      else {
        return []
      }
      server.streams[person] = stream
      // A device that reports is not taken for idle by the fallback.
      let more = server.rules.report(of: user, on: device, DeviceReport(idleness: .active), now: now)
      return server.handle(effects + more, now).federation
    }
    for (number, change) in session.changes.enumerated() {
      queue.plan(.change(session: index, number), at: instant(change))
    }
    queue.plan(.end(session: index), at: instant(session.end))
  }

  private mutating func change(_ index: Int, _ number: Int) {
    let session = trace.sessions[index]
    let (user, device) = (users[session.person], device)
    let update = StatusUpdate(presence: .online, statusMessage: "\(index)/\(number)")
    step(trace.server(of: session.person)) { server, now in
      let effects = (try? server.rules.setStatus(of: user, to: update, on: device, now: now)) ?? []
      return server.handle(effects, now).federation
    }
  }

  private mutating func end(_ index: Int) {
    let session = trace.sessions[index]
    let (user, device, person) = (users[session.person], device, session.person)
    step(trace.server(of: person)) { server, now in
      server.streams[person] = nil
      let effects = server.rules.report(of: user, on: device, DeviceReport(closing: true), now: now)
      return server.handle(effects, now).federation
    }
  }

  // MARK: Servers

  private mutating func step(_ index: Int, _ body: (inout Server, Moment) -> [FederationEffect]) {
    count.events += 1
    dispatch(body(&servers[index], ServerClock().now(at: now)), of: index)
  }

  private mutating func dispatch(_ effects: [FederationEffect], of index: Int) {
    for effect in effects {
      guard case .send(let outbound) = effect else { continue }
      count.requests[outbound.cause, default: 0] += 1
      queue.plan(.arrival(from: index, outbound), at: now + Self.latency)
    }
    guard let next = servers[index].nextDeadline else { return }
    if let planned = servers[index].wakeAt, planned <= next { return }
    servers[index].wakeAt = max(next, now)
    queue.plan(.wake(index), at: max(next, now))
  }

  private mutating func arrive(_ outbound: OutboundTransaction, from: Int) {
    guard let to = indices[outbound.peer] else { return }
    count.events += 1
    let moment = ServerClock().now(at: now)
    guard let (answer, step) = try? servers[to].receive(outbound.transaction, moment) else { return }
    if answer.answer != nil { count.answersInBodies += 1 }
    queue.plan(.answer(to: from, outbound, answer), at: now + Self.latency)
    dispatch(step.federation, of: to)
  }
}
