internal import Homeserver
internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import Synchronization

/// A homeserver in this process with people who have as much of everything as they may, and the requests that are most
/// work there.
final class BusyServer: Sendable {
  /// A request at its bounds.
  struct Request: Sendable {
    let name: String
    /// Makes it as much work as the first time.
    var prepare: @Sendable () async throws -> Void = {}
    let ask: @Sendable () async throws -> Void
  }

  struct Person: Sendable {
    let name: String
    let token: AccessToken

    var path: String { "@\(name):\(OtherServer.near)" }
  }

  struct State: Sendable {
    var people: [String: Person] = [:]
    /// The sessions of the one who has as many as one may.
    var sessions: [AccessToken] = []
    /// Where a stream goes on.
    var positions: [AccessToken: String] = [:]
    var waiting = 0
    var number = 0
  }

  static let crowd = 10_000

  let homeserver: Homeserver
  let other: OtherServer
  let state = Mutex(State())
  private let limits = PresenceLimits()

  init(
    signer: any RequestSigner, verifier: any SignatureVerifier, secrets: any SecretHasher,
    time: any Timekeeper, random: some RandomNumberGenerator & Sendable
  ) async throws {
    let name = OtherServer.near
    var configuration = Homeserver.Configuration(name: name)
    configuration.rateLimits = .none
    configuration.autoAccept = .always
    configuration.localLogin = true
    configuration.batching = .zero
    other = OtherServer(signer: signer, epoch: time.wallTime.milliseconds)
    let store = MemoryServerStore()
    var federation = Federation(transport: other, signer: signer, verifier: verifier)
    federation.reader = globalConcurrentExecutor
    homeserver = Homeserver(
      configuration, stored: try await store.load(for: name), store: store, secrets: secrets, time: time,
      random: random, federation: federation)
  }

  // MARK: Who waits beside them

  func askVersions() async throws { try await ask(.get, "versions") }

  func put(_ number: Int) async throws {
    try await setStatus(of: try person("other"), "change \(number)")
  }

  // MARK: Asking

  func person(_ name: String) throws -> Person {
    guard let person = state.withLock({ $0.people[name] }) else {
      throw BenchError("There is nobody called \(name).")
    }
    return person
  }

  func next() -> Int {
    state.withLock { state in
      state.number += 1
      return state.number
    }
  }

  @discardableResult
  func ask(
    _ method: WireRequest.Method, _ path: String, as token: AccessToken? = nil,
    query: [WireRequest.QueryItem] = [], _ body: String = "", expecting status: Int = 200
  ) async throws -> WireResponse {
    var request = WireRequest(
      method, ["_matrix", "client"] + path.split(separator: "/").map(String.init), query: query,
      accessToken: token, body: Array(body.utf8))
    request.timeout = .seconds(60)
    let response = await homeserver.respond(to: request, from: .inProcess)
    guard response.status == status else {
      let text = String(decoding: response.body.prefix(300), as: UTF8.self)
      throw BenchError("\(path) was answered with \(response.status): \(text)")
    }
    return response
  }

  func setStatus(of person: Person, _ text: String, _ presence: String = "online") async throws {
    try await ask(
      .put, "v3/presence/\(person.path)/status", as: person.token,
      #"{"presence":"\#(presence)","status_msg":"\#(text)"}"#)
  }

  func changeList(_ verb: String, _ names: [String], as person: Person) async throws {
    let names = names.map { "\"\($0)\"" }.joined(separator: ",")
    try await ask(
      .post, "unstable/chat.porchlight/presence/list", as: person.token, #"{"\#(verb)":[\#(names)]}"#)
  }

  func put(_ edus: [EDU]) async throws {
    let request = try other.signed(other.next(edus))
    let response = await homeserver.respond(
      to: request, from: Requester(address: "192.0.2.1", isSameUser: false))
    guard response.status == 200 else {
      let text = String(decoding: response.body.prefix(300), as: UTF8.self)
      throw BenchError("A transaction of \(request.body.count) bytes: \(response.status): \(text)")
    }
  }

  // MARK: Polls

  /// Asks for everything, and remembers where the stream goes on.
  func sync(_ token: AccessToken) async throws {
    let response = try await ask(
      .get, "v3/sync", as: token, query: [.init("set_presence", "offline")])
    remember(response, token)
  }

  private func remember(_ response: WireResponse, _ token: AccessToken) {
    guard let position = Self.position(in: response.body) else { return }
    state.withLock { $0.positions[token] = position }
  }

  private static func position(in body: [UInt8]) -> String? {
    let key = Array("\"next_batch\":\"".utf8)
    guard let place = body.firstRange(of: key)?.upperBound else { return nil }
    return String(decoding: body[place...].prefix { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
  }

  /// Opens polls that wait, of each of these sessions so many.
  func park(_ tokens: [AccessToken], each count: Int = 1) async throws {
    for token in tokens where state.withLock({ $0.positions[token] == nil }) { try await sync(token) }
    for part in stride(from: 0, to: tokens.count, by: 100) {
      var polls: [Poll] = []
      for token in tokens[part..<min(tokens.count, part + 100)] {
        for _ in 0..<count { polls += [poll(token)].compactMap(\.self) }
      }
      state.withLock { $0.waiting += polls.count }
      await homeserver.open(polls)
    }
  }

  private func poll(_ token: AccessToken) -> Poll? {
    let position = state.withLock { $0.positions[token] } ?? ""
    let request = WireRequest(
      .get, ["_matrix", "client", "v3", "sync"],
      query: [.init("since", position), .init("timeout", "300000"), .init("set_presence", "offline")],
      accessToken: token)
    return homeserver.poll(for: request) { response in
      self.remember(response, token)
      self.state.withLock { $0.waiting -= 1 }
    }
  }

  /// Waits until all polls but so many were answered.
  func drain(to count: Int = 0) async throws {
    for _ in 0..<10_000 where state.withLock({ $0.waiting }) > count {
      try await ContinuousClock().sleep(for: .milliseconds(5))
    }
  }
}
