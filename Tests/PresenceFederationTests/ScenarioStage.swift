internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import PresenceFederation

@testable internal import FederationSimulator

/// A simulated world in which nothing is drawn but what engines draw: users do what they are told, and every message
/// takes 40 ms.
final class ScenarioStage {
  let world: World
  private let users: [UserID]
  private var script = ScenarioText()
  /// Servers outside of the world, which say what the file has them say.
  private var stubs: [ServerName: StubServer] = [:]
  private(set) var rows = ProtocolRows()
  private var views: [String] = []
  /// Users who ever had a user on their list: whether others look makes no difference.
  private var observers: Set<UserID> = []
  private var lines: [(at: Instant, text: String)] = []

  init(_ setup: ScenarioSetup) {
    users = setup.users.sorted()
    stubs = Dictionary(uniqueKeysWithValues: setup.stubs.map { ($0.name, $0) })
    let relations = setup.relations.map { Relation(owner: $0.owner, observed: $0.observed) }
    let scenario = Scenario(
      policy: setup.policy, servers: setup.servers, people: users, relations: relations)
    world = World(scenario, plan: FaultPlan(scenario, faults: [], until: .origin))
    world.isStaged = true
    world.network.latency = .milliseconds(40)
    world.witness = { [unowned self] in witness($0) }
    world.outside = { [unowned self] outbound in stubs[outbound.peer]?.answer(outbound.transaction) }
    for index in world.servers.indices { world.start(index) }
    views = users.flatMap { views(of: $0) }
  }

  // MARK: What is done

  func say(_ saying: Saying, by user: UserID) throws(ScenarioProblem) {
    guard let person = world.places[user] else {
      throw ScenarioProblem(line: user.rawValue, reason: "is of no server of this world")
    }
    world.say(saying, by: person)
    look()
  }

  /// Lets time pass, and everything happen that falls into it.
  func wait(_ span: Duration) {
    let end = world.now + span
    while let next = world.queue.next, next <= end {
      world.run(until: next)
      look()
    }
    world.run(until: end)
  }

  func onServer(_ name: ServerName, _ body: (World, Int) -> Void) throws(ScenarioProblem) {
    guard let index = world.indices[name] else {
      throw ScenarioProblem(line: name.rawValue, reason: "is no server of this world")
    }
    body(world, index)
    look()
  }

  /// A server outside says something to another.
  func say(_ edu: EDU, by name: ServerName, to peer: ServerName) throws(ScenarioProblem) {
    guard let transaction = stubs[name]?.transaction(edu), let index = world.indices[peer] else {
      throw ScenarioProblem(line: name.rawValue, reason: "is not a stub, or \(peer) no server")
    }
    if case .presence(let presence) = edu { noteTruth(in: presence) }
    add("\(name) -> \(peer): \(script.text(transaction.edus))")
    if let answer = world.handle(transaction, at: index)?.answer, let said = script.text(answer, by: peer) {
      add("\(peer) answers \(name): \(said)")
    }
    look()
  }

  /// What a server outside answers next time it is asked.
  func prepare(_ edu: PresenceEDU, of name: ServerName) {
    noteTruth(in: edu)
    stubs[name]?.answers.append(edu)
  }

  /// What the world's invariants take for true of a user whose server is outside of it.
  private func noteTruth(in edu: PresenceEDU) {
    for push in edu.push {
      _ = world.oracle.timelines[push.userID, default: TruthTimeline()]
        .append(Sight(push.content), at: world.now)
    }
  }

  // MARK: What follows

  /// What followed since the last call, with how long after `beginning`.
  func takeLines(since beginning: Instant) -> [String] {
    defer { lines = [] }
    return lines.map { line in
      let offset = ScenarioTime.text(line.at - beginning)
      return offset + String(repeating: " ", count: max(1, 10 - offset.count)) + line.text
    }
  }

  private func add(_ text: String) { lines.append((world.now, text)) }

  private func witness(_ happening: Happening) {
    rows.see(happening)
    if let line = script.line(for: happening) { add(line) }
  }

  /// Notes what looks different to users now.
  private func look() {
    for violation in world.report.violations { add("VIOLATION \(violation)") }
    world.report.violations = []
    var now: [String] = []
    for user in users { now += views(of: user) }
    for line in views where !now.contains(line) {
      if let ended = ScenarioText.ended(line, now) { add(ended) }
    }
    for line in now where !views.contains(line) { add(line) }
    views = now
  }

  /// Everything a user is shown, a line each; what was shown last while their server does not run.
  private func views(of user: UserID) -> [String] {
    guard let index = world.indices[user.server], let life = world.servers[index].life else {
      return views.filter { $0.hasPrefix("\(user.localpart) ") }
    }
    let moment = world.servers[index].now(at: world.now)
    let (rules, name) = (life.rules, user.localpart)
    var lines: [String] = []
    if let own = rules.publicPresence(of: user, now: moment) {
      lines.append("\(name) is \(script.text(own))")
    }
    let isLooking = rules.isPolling(user, now: moment)
    let entries = rules.lists.entries(of: user).sorted { $0.key < $1.key }
    if !entries.isEmpty { observers.insert(user) }
    if isLooking, observers.contains(user) { lines.append("\(name) looks") }
    for (other, entry) in entries {
      if entry.state == .pending { lines.append("\(name) waits for \(other.localpart)") }
      guard isLooking, entry.state == .accepted else { continue }
      let shown = rules.listedPresence(of: other, for: user, now: moment)
      lines.append("\(name) sees \(other.localpart) \(script.text(shown))")
    }
    for other in rules.lists.invites(for: user).keys.sorted() {
      lines.append("\(name) is asked by \(other.localpart)")
    }
    for other in rules.lists.observers(of: user).sorted() {
      lines.append("\(name) allows \(other.localpart)")
    }
    return lines
  }
}

/// A server outside of the world that accepts everything.
struct StubServer {
  let name: ServerName
  /// Whether it speaks the additions of this protocol, or is a server of today.
  let speaksAdditions: Bool
  var answers: [PresenceEDU] = []
  private var sent: Int64 = 0

  init(_ name: ServerName, speaksAdditions: Bool) {
    self.name = name
    self.speaksAdditions = speaksAdditions
  }

  mutating func transaction(_ edu: EDU) -> Transaction {
    sent += 1
    return Transaction(
      id: "stub\(sent)", origin: name, sentAt: 0, edus: [edu],
      order: speaksAdditions ? .init(epoch: 1, number: sent) : nil)
  }

  mutating func answer(_ transaction: Transaction) -> TransactionAnswer {
    var answer = TransactionAnswer()
    answer.epoch = speaksAdditions ? 1 : nil
    let asks = transaction.edus.contains { edu in
      guard case .presence(let presence) = edu else { return false }
      return presence.wantsInlineAnswer
    }
    if asks, !answers.isEmpty { answer.answer = answers.removeFirst() }
    return answer
  }
}
