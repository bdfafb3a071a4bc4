internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import PresenceFederation

@testable internal import FederationSimulator

/// What the first group of a file says there is.
struct ScenarioSetup {
  var servers: [ServerName] = []
  var stubs: [StubServer] = []
  var users: [UserID] = []
  var policy = PresencePolicy.tight
  var relations: [(owner: UserID, observed: UserID)] = []
  /// Everybody a file may name, those of stubs included.
  var names: [String: UserID] = [:]

  mutating func read(_ line: String) throws(ScenarioProblem) {
    let words = line.split(separator: " ").map(String.init)
    let rest = Array(words.dropFirst())
    switch words.first {
    case "servers": servers += try rest.map { (name) throws(ScenarioProblem) in try Self.server(name, line) }
    case "policy": policy = try Self.some(rest.first.flatMap { PresencePolicy(rawValue: $0) }, line, "policy")
    case "stub":
      let name = try Self.server(rest.first ?? "", line)
      stubs.append(StubServer(name, speaksAdditions: !rest.contains("today")))
    case "users":
      for text in rest {
        let user = try Self.some(UserID(text), line, "user")
        names[String(user.localpart)] = user
        if servers.contains(user.server) { users.append(user) }
      }
    default:
      guard words.count == 3, words[1] == "watches" else {
        throw ScenarioProblem(line: line, reason: "unknown")
      }
      relations.append((try user(words[0], line), try user(words[2], line)))
    }
  }

  func user(_ name: String, _ line: String) throws(ScenarioProblem) -> UserID {
    try Self.some(names[name], line, "user \(name)")
  }

  static func server(_ name: String, _ line: String) throws(ScenarioProblem) -> ServerName {
    try some(ServerName(name), line, "server")
  }

  static func some<Value>(_ value: Value?, _ line: String, _ what: String) throws(ScenarioProblem) -> Value {
    guard let value else { throw ScenarioProblem(line: line, reason: "there is no such \(what)") }
    return value
  }
}

/// Does what a file says, group by group.
struct ScenarioRun {
  private let setup: ScenarioSetup
  private let stage: ScenarioStage
  private var sequence: Int64 = 0

  /// - Returns: the file with what follows in fact, and the rows of the protocol that were seen.
  static func of(_ file: ScenarioFile) throws -> (file: ScenarioFile, rows: Set<ProtocolRow>) {
    var file = file
    var setup = ScenarioSetup()
    for line in file.groups.first?.commands ?? [] { try setup.read(line) }
    var run = ScenarioRun(setup: setup, stage: ScenarioStage(setup))
    for index in file.groups.indices {
      let beginning = run.stage.world.now
      if index > 0 { for line in file.groups[index].commands { try run.perform(line) } }
      file.groups[index].follows = run.stage.takeLines(since: beginning)
    }
    return (file, run.stage.rows.seen)
  }

  private init(setup: ScenarioSetup, stage: ScenarioStage) {
    self.setup = setup
    self.stage = stage
  }

  private mutating func perform(_ line: String) throws {
    let text = line.split(separator: "\"").dropFirst().first.map(String.init)
    let words = line.prefix { $0 != "\"" }.split(separator: " ").map(String.init)
    guard words.count >= 2 else { throw ScenarioProblem(line: line, reason: "says too little") }
    let rest = Array(words.dropFirst(2))
    switch words[0] {
    case "wait":
      stage.wait(try ScenarioSetup.some(ScenarioTime.span(words[1]), line, "span"))
    case "cut", "mend": try cut(words, line)
    case "crash":
      try stage.onServer(try server(words[1], line)) { world, server in
        switch rest.last {
        case "commit": world.servers[server].crashPoint = .beforeCommit
        case "send": world.servers[server].crashPoint = .beforeEffects
        case "answer": world.servers[server].crashPoint = .beforeAnswer
        case "disk":
          world.servers[server].disk = SimulatedDisk()
          world.lostDisks.insert(server)
          world.crash(server)
        default: world.crash(server)
        }
      }
    case "start": try stage.onServer(try server(words[1], line)) { $0.start($1) }
    default:
      if words[1] == "says" || words[1] == "answers" {
        try speak(words, text, line)
      } else {
        let user = try setup.user(words[0], line)
        try stage.say(try saying(words[1], rest, text, line), by: user)
      }
    }
  }

  private func saying(
    _ verb: String, _ rest: [String], _ text: String?, _ line: String
  ) throws(ScenarioProblem) -> Saying {
    func other() throws(ScenarioProblem) -> UserID { try setup.user(rest.last ?? "", line) }
    switch verb {
    case "arrives": return .arrive
    case "leaves": return .leave(closing: true)
    case "disconnects": return .leave(closing: false)
    case "idles": return .idle
    case "returns": return .back
    case "sets":
      return .status(StatusUpdate(presence: PresenceState(wire: rest.first ?? ""), statusMessage: text))
    case "invites": return .invite(try other())
    case "accepts": return .accept(try other())
    case "denies": return .deny(try other())
    case "drops": return .drop(try other())
    case "revokes": return .revoke(try other())
    case "queries": return .ask(try other())
    default: throw ScenarioProblem(line: line, reason: "nobody can do that")
    }
  }

  /// `cut red blue` both ways, `cut red to blue` one way; `mend` likewise.
  private func cut(_ words: [String], _ line: String) throws(ScenarioProblem) {
    let (one, other) = (try server(words[1], line), try server(words.last ?? "", line))
    try stage.onServer(one) { world, from in
      guard let to = world.indices[other] else { return }
      for (from, to) in words.contains("to") ? [(from, to)] : [(from, to), (to, from)] {
        if words[0] == "cut" {
          world.network.cut(from: from, to: to)
        } else {
          world.network.mend(from: from, to: to)
        }
      }
    }
  }

  /// `green says accept bob to ann`, `green says push bob online "text"`; `green answers push bob online promise 10m`
  /// when it is asked next.
  private mutating func speak(
    _ words: [String], _ text: String?, _ line: String
  ) throws(ScenarioProblem) {
    guard words.count >= 5 else { throw ScenarioProblem(line: line, reason: "says too little") }
    let (name, user) = (try server(words[0], line), try setup.user(words[3], line))
    guard words[2] == "push" else {
      let other = try setup.user(words[5 < words.count ? 5 : 4], line)
      let kind = try ScenarioSetup.some(ListEDU.Kind(rawValue: words[2]), line, "message")
      try stage.say(.list(ListEDU(kind, observer: other, observed: user)), by: name, to: other.server)
      return
    }
    sequence += 1
    var edu = PresenceEDU()
    edu.epoch = 1
    edu.push = [
      PresenceEDU.Push(
        userID: user,
        content: PresenceContent(
          state: PresenceState(wire: words[4]), lastActiveAgo: 0, statusMessage: text, displayName: ""),
        sequence: sequence)
    ]
    if words.count > 6, words[5] == "promise" {
      edu.promise = ScenarioTime.span(words[6])?.wholeMilliseconds
    }
    if words[1] == "answers" {
      edu.role = .answer
      stage.prepare(edu, of: name)
    } else {
      let peer = try ScenarioSetup.some(setup.servers.first, line, "server")
      try stage.say(.presence(edu), by: name, to: peer)
    }
  }

  private func server(_ name: String, _ line: String) throws(ScenarioProblem) -> ServerName {
    try ScenarioSetup.server(name, line)
  }
}
