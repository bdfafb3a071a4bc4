internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import PresenceFederation

/// Some homeservers, their people and the network between them, in one thread and on one virtual clock; everything
/// that happens in it follows from one seed.
final class World {
  /// What is planned.
  enum Event {
    case wake(server: Int)
    case arrival(Request)
    case answer(Request, Reply)
    case timeout(Request)
    case act(person: Int)
    case reconnect(person: Int, life: Int)
    case say(person: Int, Saying)
    case faultBegins(Int)
    case faultEnds(Int)
    case inspect(Int)
  }

  /// One attempt on its way.
  struct Request {
    let number: UInt64
    let from: Int
    /// Which life of the sender waits for the answer.
    let life: Int
    let to: Int
    let outbound: OutboundTransaction
  }

  enum Reply {
    case answered(TransactionAnswer)
    case refused
  }

  let scenario: Scenario
  let plan: FaultPlan
  let servers: [SimulatedServer]
  var people: [SimulatedPerson]
  var network: VirtualNetwork
  var queue = EventQueue<Event>()
  var now: Instant = .origin
  var report: SeedReport
  var log = LogHash()
  var oracle: Oracle
  /// Attempts whose senders wait, and those whose answer is under way, by receiver.
  var pending: Set<UInt64> = []
  var answering: [UInt64: (from: Int, to: Int)] = [:]
  var invitesUnderWay: Set<Relation> = []
  var lastRequest: UInt64 = 0
  var hostile: [HostilePeer] = []
  var lostDisks: Set<Int> = []
  var indices: [ServerName: Int] = [:]
  var places: [UserID: Int] = [:]
  /// Faults that hold now, and when the last one ended.
  var activeFaults = 0
  var lastFault: Instant = .origin
  var isOver = false
  /// Everything that was sent, where a test compares it.
  var wire: [WireRecord]?
  /// What some people do instead of what they would draw.
  var script: [(at: Instant, person: Int, saying: Saying)] = []
  var scripted: Set<Int> = []
  /// How soon after its server clients come back, in seconds.
  var reconnectSpan = 0.1...2.0
  /// Hears of everything, for debugging.
  var trace: ((String) -> Void)?
  /// Users do nothing but what they are told, not even come back after a start of their server.
  var isStaged = false
  /// Is told of every message and every start, as a value.
  var witness: ((Happening) -> Void)?
  /// Answers for servers outside of the world; nil is silence.
  var outside: ((OutboundTransaction) -> TransactionAnswer?)?

  init(_ scenario: Scenario, plan: FaultPlan) {
    self.scenario = scenario
    self.plan = plan
    report = SeedReport(seed: scenario.seed, policy: scenario.policy)
    network = VirtualNetwork(seed: scenario.seed)
    oracle = Oracle()
    servers = scenario.servers.enumerated().map { index, name in
      SimulatedServer(
        index: index, name: name, accounts: scenario.people.filter { $0.server == index }.map(\.user),
        seed: scenario.seed, policy: scenario.policy, timing: scenario.timing)
    }
    people = scenario.people.enumerated().map { number, person in
      SimulatedPerson(
        number: number, user: person.user, server: person.server, seed: scenario.seed, pace: scenario.pace,
        isChatterbox: scenario.chatterboxes.contains(number))
    }
    for (index, name) in scenario.servers.enumerated() { indices[name] = index }
    for (index, person) in scenario.people.enumerated() { places[person.user] = index }
    report.servers = servers.count
    report.people = people.count
    layRelations()
  }

  /// Relations from before the world began are on the disks.
  private func layRelations() {
    for (order, pair) in scenario.relations.enumerated() {
      let asked = WallTime(milliseconds: ServerClock.beginning - 1_000_000 + Int64(order))
      let entry = PresenceLists.Entry(
        state: .accepted, order: UInt64(order + 1), invitedAt: asked, acceptedAt: asked)
      guard let owner = indices[pair.owner.server], let observed = indices[pair.observed.server] else {
        continue
      }
      if owner == observed {
        servers[owner].disk.relationships[pair] = .init(entry: entry, isAllowed: true)
      } else {
        servers[owner].disk.relationships[pair] = .init(entry: entry)
        servers[observed].disk.relationships[pair] = .init(isAllowed: true, inviteID: asked.milliseconds)
      }
    }
  }

  /// Everything, from the first start to the last look.
  func run() -> SeedReport {
    begin()
    while !isOver, report.violations.count < 4, let (instant, event) = queue.pop() {
      now = instant
      handle(event)
    }
    report.hash = log.value
    report.delays = oracle.delays
    return report
  }

  /// Everything up to an instant, and no further.
  func run(until end: Instant) {
    while let next = queue.next, next <= end, let (instant, event) = queue.pop() {
      now = instant
      handle(event)
    }
    now = end
  }

  private func begin() {
    for index in servers.indices { start(index) }
    for index in people.indices where !scripted.contains(index) { planAct(of: index, within: 0...30) }
    for line in script { queue.plan(.say(person: line.person, line.saying), at: line.at) }
    for (index, fault) in plan.faults.enumerated() {
      queue.plan(.faultBegins(index), at: fault.from)
      queue.plan(.faultEnds(index), at: fault.until)
    }
    for (index, inspection) in plan.inspections.enumerated() {
      queue.plan(.inspect(index), at: inspection.at)
    }
  }

  private func handle(_ event: Event) {
    switch event {
    case .wake(let server): if !postpone(event, server) { wake(server) }
    case .arrival(let request): if !postpone(event, request.to) { arrive(request) }
    case .answer(let request, let reply): if !postpone(event, request.from) { answered(request, reply) }
    case .timeout(let request): if !postpone(event, request.from) { timedOut(request) }
    case .act(let person): if !postpone(event, people[person].server) { act(person) }
    case .reconnect(let person, let life):
      if !postpone(event, people[person].server) { reconnect(person, life) }
    case .say(let person, let saying): if !postpone(event, people[person].server) { say(saying, by: person) }
    case .faultBegins(let index): beginFault(index)
    case .faultEnds(let index): endFault(index)
    case .inspect(let index): inspect(plan.inspections[index].kind)
    }
  }

  /// A paused server does everything later.
  private func postpone(_ event: Event, _ server: Int) -> Bool {
    guard let until = servers[server].pausedUntil, until > now else { return false }
    queue.plan(event, at: until)
    return true
  }

  // MARK: What is noticed

  func violate(_ invariant: Invariant, _ details: String) {
    note("VIOLATION \(invariant.rawValue): \(details)")
    report.violations.append(Violation(invariant: invariant, time: now.text, details: details))
  }

  func reach(_ rarity: Rarity) { report.reached.insert(rarity) }

  /// Whether nothing has been wrong since long before an instant.
  func isCalm(since instant: Instant) -> Bool {
    activeFaults == 0 && lastFault + FaultPlan.recovery <= instant
  }
}
