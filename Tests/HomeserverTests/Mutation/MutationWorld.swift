import Homeserver
import MatrixWire
import PorchlightSDK
import PorchlightTestSupport
internal import Ports

/// A homeserver with everything switched on, people whose requests are mutated, and people whom none of it
/// concerns: dan watches eve, and zoe was asked and never answers.
final class MutationWorld {
  let simulation = Simulation()
  let server: TestHomeserver
  private let dan: Session
  private let eve: Session
  private let zoe: Session
  private let stream: Listener
  private let before: Bystanders
  private var sessions: [String: AccessToken] = [:]
  private var refreshToken = AccessToken("none")
  private var positions: [String] = []
  private var challenge = ""
  private var made = 0

  /// What must be as it was, whatever others send.
  struct Bystanders: Equatable {
    var lists: [[UserID]]
    var observers: [[UserID]]
    var eve: PresenceContent?
    var changes: Int
    var waitingPolls: Int
    var hasFailed: Bool
  }

  init(isLimited: Bool) throws {
    server = try TestHomeserver(simulation) { configuration in
      configuration.localLogin = true
      guard isLimited else { return }
      configuration.rateLimits = RateLimits()
      configuration.rateLimits.requests = .init(perSecond: 5, burst: 60)
      configuration.rateLimits.status = .init(perSecond: 0.1, burst: 2)
    }
    (dan, eve, zoe) = (try server.register("dan"), try server.register("eve"), try server.register("zoe"))
    try server.befriend(dan, eve)
    try simulation.run { [dan, eve] in
      try await dan.setStatus(.unavailable, text: nil)
      try await eve.setStatus(.unavailable, text: "here")
    }
    stream = server.connect(dan)
    server.connect(eve)
    simulation.advance(by: .seconds(1))
    before = try Self.look(server, [dan, eve, zoe], stream)
    try makePeople()
  }

  private static func look(
    _ server: TestHomeserver, _ people: [Session], _ stream: Listener
  ) throws -> Bystanders {
    let eve = people[1].userID
    let answers = try server.simulation.run { () -> [PresenceListAnswer] in
      var answers: [PresenceListAnswer] = []
      for person in people { answers.append(try await person.presenceList()) }
      return answers
    }
    var content = answers[0].list.first { $0.userID == eve }?.presence
    content?.lastActiveAgo = nil
    content?.idleAgo = nil
    let changes = stream.changes.filter { change in
      if case .invited = change { false } else if case .inviteGone = change { false } else { true }
    }
    return Bystanders(
      lists: answers.map { $0.list.map(\.userID) }, observers: answers.map(\.observers), eve: content,
      changes: changes.count, waitingPolls: server.homeserver.waitingPolls, hasFailed: stream.failure != nil)
  }

  /// What changed for those whom none of it concerns; nil where nothing did.
  func harm() throws -> String? {
    simulation.advance(by: .seconds(1))
    let now = try Self.look(server, [dan, eve, zoe], stream)
    return now == before ? nil : "\(before)\nbecame\n\(now)"
  }

  func respond(to request: WireRequest) throws -> WireResponse {
    let homeserver = server.homeserver
    let peer = Requester(address: "192.0.2.1", isSameUser: true)
    return try simulation.run(patience: .seconds(400)) { await homeserver.respond(to: request, from: peer) }
  }

  // MARK: People

  private func send(
    _ method: WireRequest.Method, _ path: [String], _ body: String, as name: String? = nil
  ) throws -> WireResponse {
    try respond(
      to: WireRequest(
        method, ["_matrix", "client"] + path, accessToken: name.flatMap { sessions[$0] },
        body: Array(body.utf8)))
  }

  private func makePeople() throws {
    for name in ["ann", "bob", "cat"] {
      let body = #"{"username":"\#(name)","password":"pw","auth":{"type":"m.login.dummy"}}"#
      _ = try send(.post, ["v3", "register"], body)
      try renew(name)
    }
    let list = ["unstable", "chat.porchlight", "presence", "list"]
    _ = try send(
      .post, list, #"{"invite":["@bob:harbor.example","@cat:harbor.example","@zoe:harbor.example"]}"#,
      as: "ann")
    _ = try send(.post, list, #"{"accept":["@ann:harbor.example"]}"#, as: "bob")
  }

  /// A new session, where a mutant ended the one there was.
  private func renew(_ name: String) throws {
    let body = #""type":"m.login.password","user":"\#(name)","password":"pw""#
    for _ in 0..<2 where sessions[name] == nil {
      let answer = try send(.post, ["r0", "login"], "{\(body)}")
      sessions[name] = try? WireJSON.decode(Credentials.self, from: answer.body).accessToken
      // Held to its limits: it is let in after a while.
      if sessions[name] == nil { simulation.advance(by: .seconds(60)) }
    }
    guard name == "ann" else { return }
    let answer = try send(.post, ["r0", "login"], "{\"refresh_token\":true,\(body)}")
    refreshToken = (try? WireJSON.decode(Credentials.self, from: answer.body).refreshToken) ?? refreshToken
  }

  /// Keeps what the next requests need to be valid.
  func learn(from answer: WireResponse, to request: WireRequest) throws {
    if answer.status == 401, answer.error?.code == .unknownToken {
      if request.path.last == "refresh" { sessions["ann"] = nil }
      for (name, token) in sessions where token == request.accessToken { sessions[name] = nil }
      for name in ["ann", "bob", "cat"] where sessions[name] == nil { try renew(name) }
    } else if answer.status == 401,
      let asked = try? WireJSON.decode(AuthenticationChallenge.self, from: answer.body)
    {
      challenge = asked.session
    } else if request.path.last == "refresh",
      let renewed = try? WireJSON.decode(RefreshAnswer.self, from: answer.body)
    {
      refreshToken = renewed.refreshToken ?? refreshToken
    } else if request.path.last == "sync",
      let batch = try? WireJSON.decode(SyncAnswer.self, from: answer.body)
    {
      positions = [batch.nextBatch.rawValue]
    }
  }

  var tokens: [AccessToken] { ["ann", "bob", "cat"].compactMap { sessions[$0] } }

  // MARK: Valid requests

  private static let versions = [["v3"], ["r0"], ["api", "v1"]]
  private static let own = ["unstable", "chat.porchlight", "presence"]

  /// A request as a client sends it.
  func valid(_ random: inout SeededGenerator) -> WireRequest {
    let name = ["ann", "bob", "cat"].randomElement(using: &random) ?? "ann"
    let user = "@\(name):harbor.example"
    let version = Self.versions.randomElement(using: &random) ?? []
    made += 1
    var query: [WireRequest.QueryItem] = []
    let (method, path, body): (WireRequest.Method, [String], String) =
      switch Int.random(in: 0..<30, using: &random) {
      case 0, 1: (.post, version + ["register"], registration(&query, &random))
      case 2:
        (
          .post, ["api", "v1", "register"],
          #"{"type":"m.login.password","user":"old\#(made)","password":"pw"}"#
        )
      case 3, 4: (.post, version + ["login"], login(name, &random))
      case 5, 6: (.post, version + ["refresh"], #"{"refresh_token":"\#(refreshToken?.rawValue ?? "")"}"#)
      case 7...9: (.put, version + ["presence", user, "status"], #"{"presence":"online","status_msg":"hi"}"#)
      case 10...13: (.post, Self.own + ["list"], change(&random))
      case 14:
        (.post, version + ["presence", "list", user], #"{"invite":["@bob:harbor.example"],"drop":[]}"#)
      case 15, 16:
        (.put, Self.own + ["device"], #"{"idle_ms":30000,"device_type":"terminal","closing":false}"#)
      case 17: (.put, Self.own + ["polling"], #"{"polling":true}"#)
      case 18: (.put, version + ["profile", user, "displayname"], #"{"displayname":"Somebody"}"#)
      case 19: (.put, version + ["profile", user, "avatar_url"], #"{"avatar_url":"mxc://harbor.example/a"}"#)
      case 20: (.put, version + ["devices", "TTY"], #"{"display_name":"a tty"}"#)
      case 21: (.delete, version + ["devices", "TTY"], removal(name))
      case 22:
        (
          .put, version + ["user", user, "account_data", "m.direct"], #"{"@bob:harbor.example":["!r"],"n":1}"#
        )
      case 23, 24: (.post, version + ["user", user, "filter"], Self.filter)
      default: reading(user, version, &query, &random)
      }
    return WireRequest(
      method, ["_matrix", "client"] + path, query: query, accessToken: sessions[name], body: Array(body.utf8))
  }

  private static let filter =
    #"{"presence":{"types":["m.*"],"not_types":["x"],"senders":["@bob:harbor.example"],"not_senders":[]}}"#

  private func registration(
    _ query: inout [WireRequest.QueryItem], _ random: inout SeededGenerator
  ) -> String {
    if Bool.random(using: &random) { query = [.init("kind", "user")] }
    let name = ["ann", "new\(made)", "new\(made)", "new\(made)"].randomElement(using: &random) ?? ""
    let session = Bool.random(using: &random) ? "" : #","session":"\#(challenge)""#
    return
      #"{"username":"\#(name)","password":"pw","device_id":"TTY","initial_device_display_name":"tty","#
      + #""inhibit_login":false,"refresh_token":true,"auth":{"type":"m.login.dummy"\#(session)}}"#
  }

  private func login(_ name: String, _ random: inout SeededGenerator) -> String {
    let device = #""device_id":"TTY","initial_device_display_name":"tty","refresh_token":true"#
    switch Int.random(in: 0..<3, using: &random) {
    case 0: return #"{"type":"m.login.password","user":"\#(name)","password":"pw",\#(device)}"#
    case 1: return #"{"type":"chat.porchlight.login.local","user":"\#(name)",\#(device)}"#
    default:
      return #"{"type":"m.login.password","identifier":{"type":"m.id.user","user":"\#(name)"},"#
        + #""password":"pw",\#(device)}"#
    }
  }

  private func removal(_ name: String) -> String {
    #"{"auth":{"type":"m.login.password","session":"\#(challenge)","identifier":{"type":"m.id.user","user":"#
      + #""\#(name)"},"password":"pw"}}"#
  }

  private func change(_ random: inout SeededGenerator) -> String {
    [
      #"{"invite":["@cat:harbor.example","@far:elsewhere.example"],"groups":{"@bob:harbor.example":["crew"]}}"#,
      #"{"accept":["@ann:harbor.example"],"deny":["@cat:harbor.example"]}"#,
      #"{"drop":["@bob:harbor.example"],"revoke":["@ann:harbor.example","@cat:harbor.example"]}"#,
    ].randomElement(using: &random) ?? "{}"
  }

  /// A request without a body.
  private func reading(
    _ user: String, _ version: [String], _ query: inout [WireRequest.QueryItem],
    _ random: inout SeededGenerator
  ) -> (WireRequest.Method, [String], String) {
    let since = positions.randomElement(using: &random)
    func path(_ segments: String...) -> (WireRequest.Method, [String], String) {
      (.get, version + segments, "")
    }
    switch Int.random(in: 0..<16, using: &random) {
    case 0, 1:
      query = [.init("timeout", "0"), .init("filter", Self.filter), .init("set_presence", "online")]
      if let since { query.append(.init("since", since)) }
      return path("sync")
    case 2:
      query = [.init("timeout", "20"), .init("filter", "1")]
      if let since { query.append(.init("from", since)) }
      return path("events")
    case 3: return path("initialSync")
    case 4: return path("presence", user, "status")
    case 5: return path("presence", "list", user)
    case 6: return (.get, Self.own + ["list"], "")
    case 7: return path("profile", user)
    case 8: return path("profile", user, "displayname")
    case 9: return path("account", "whoami")
    case 10: return path("devices")
    case 11: return path("user", user, "filter", "1")
    case 12: return path("user", user, "account_data", "m.direct")
    case 13: return path(["login", "register", "capabilities"].randomElement(using: &random) ?? "login")
    case 14: return (.get, ["versions"], "")
    default: return (.post, version + ["logout"] + (Bool.random(using: &random) ? ["all"] : []), "{}")
    }
  }
}
