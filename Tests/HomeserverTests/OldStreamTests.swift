import MatrixWire
import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Ports
import PresenceCore
import Synchronization
import Testing

@testable import Homeserver

/// The event stream in its first form: `/events` and `/initialSync` (Protocol 4.1).
struct OldStreamTests {
  let simulation = Simulation()
  let server: TestHomeserver
  let ann: Session
  let bob: Session
  let token: AccessToken

  init() throws {
    server = try TestHomeserver(simulation)
    token = try server.token(of: "ann")
    ann = try server.client.session(
      Credentials(userID: server.user("ann"), deviceID: nil, accessToken: token))
    bob = try server.register("bob")
    try server.befriend(ann, bob)
  }

  private func get(_ path: String, _ query: [(String, String)] = [], version: [String] = ["api", "v1"])
    -> WireRequest
  {
    WireRequest(
      .get, ["_matrix", "client"] + version + [path], query: query.map { .init($0.0, $0.1) },
      accessToken: token)
  }

  private func text(_ response: WireResponse) -> String { String(decoding: response.body, as: UTF8.self) }

  private struct Chunk: Decodable {
    let start: SyncToken
    let end: SyncToken
    let chunk: [StreamEvent]
  }

  private struct Initial: Decodable {
    let end: SyncToken
    let presence: [StreamEvent]
  }

  private func poll(_ query: [(String, String)]) throws -> Chunk {
    let response = try server.respond(to: get("events", query))
    #expect(response.status == 200)
    return try WireJSON.decode(Chunk.self, from: response.body)
  }

  @Test func whatTheFirstAnswerSaysIsFollowedByChanges() throws {
    let first = try WireJSON.decode(
      Initial.self, from: try server.respond(to: get("initialSync")).body)
    #expect(first.presence.count == 2)
    try simulation.run { [bob] in try await bob.setStatus(.busy, text: "tea") }
    let answer = try poll([("from", first.end.rawValue)])
    #expect(answer.start == first.end)
    #expect(answer.end != first.end)
    let texts = answer.chunk.map { event in
      if case .presence(bob.userID, let content) = event { content.statusMessage } else { nil as String? }
    }
    #expect(texts.contains("tea"))
  }

  @Test func theFirstAnswerHasEverySection() throws {
    let answer = text(try server.respond(to: get("initialSync")))
    #expect(answer.hasPrefix(#"{"account_data":[],"end":"p"#))
    #expect(answer.hasSuffix(#"],"receipts":[],"rooms":[]}"#))
    #expect(answer.contains(#""user_id":"\#(bob.userID)""#))
    #expect(!answer.contains("sender"))
  }

  @Test func theFirstAnswerHasNothingThatOldClientsDoNotKnow() throws {
    try simulation.run { [ann, bob] in try await bob.invite(ann.userID) }
    let answer = text(try server.respond(to: get("initialSync")))
    #expect(answer.contains(#""type":"m.presence""#))
    #expect(!answer.contains("presence_list"))
    #expect(!answer.contains("presence_invite"))
  }

  @Test func theFirstAnswerMakesNobodyOnline() throws {
    let screen = server.connect(bob)
    try simulation.run { [ann, bob] in try await bob.invite(ann.userID) }
    _ = try server.respond(to: get("initialSync"))
    simulation.drain()
    #expect(screen.state(of: ann.userID) == .offline)
  }

  @Test func withoutAPositionItBeginsNowAndWaitsHalfAMinute() throws {
    _ = try poll([("timeout", "0")])
    let began = simulation.time.instant
    let answer = try poll([])
    #expect(answer.chunk == [])
    #expect(answer.start == answer.end)
    #expect(simulation.time.instant - began == .seconds(30))
  }

  @Test func aWaitOfNothingIsNone() throws {
    let began = simulation.time.instant
    _ = try poll([("timeout", "0")])
    #expect(simulation.time.instant == began)
  }

  @Test func aChangeEndsTheWait() throws {
    _ = try poll([("timeout", "0")])
    let answer = Box<WireResponse>()
    let (homeserver, request) = (server.homeserver, get("events"))
    simulation.start { answer.set(await homeserver.respond(to: request, from: .inProcess)) }
    try #require(answer.value == nil)
    try simulation.run { [bob] in try await bob.setStatus(.busy, text: "now") }
    simulation.advance(by: .seconds(1))
    let said = try answer.value.orThrow("an answer")
    #expect(text(said).contains(#""status_msg":"now","user_id":"\#(bob.userID)""#))
  }

  @Test(arguments: [
    (["api", "v1"], #""presence":"hidden""#), (["r0"], #""presence":"offline""#),
    (["v3"], #""chat.porchlight.presence":"hidden""#),
  ])
  func ownHidingIsSaidInTheWordsOfTheVersion(_ version: [String], _ expected: String) throws {
    try simulation.run { [ann] in try await ann.setStatus(.hidden, text: nil) }
    #expect(text(try server.respond(to: get("initialSync", version: version))).contains(expected))
  }

  @Test(arguments: [
    ("events", "from", "nonsense", ErrorCode.badPagination), ("events", "from", "p1_999", .badPagination),
    ("events", "timeout", "soon", .invalidParameter), ("sync", "timeout", "1.5", .invalidParameter),
    ("sync", "from", "p0_0", .invalidParameter), ("sync", "filter", "[]", .invalidParameter),
  ])
  func aParameterNobodyUnderstandsIsRefused(
    _ path: String, _ name: String, _ value: String, _ code: ErrorCode
  ) throws {
    let refused = try server.respond(to: get(path, [(name, value)], version: ["r0"]))
    #expect(refused.status == 400)
    #expect(refused.error?.code == code)
  }

  @Test(arguments: ["true", "false"])
  func everythingIsSaidAtOnceToWhomAsksForAllOfIt(_ full: String) throws {
    let bob = #""\#(bob.userID)""#
    func sync(_ query: [(String, String)]) throws -> WireResponse {
      try server.respond(to: get("sync", query, version: ["v3"]))
    }
    let first = try WireJSON.decode(SyncAnswer.self, from: try sync([]).body)
    let since = first.nextBatch.rawValue
    let began = simulation.time.instant
    let again = try sync([("since", since), ("timeout", "5000"), ("full_state", full)])
    let isFull = full == "true"
    #expect(text(again).contains(bob) == isFull)
    #expect(simulation.time.instant - began == (isFull ? .zero : .seconds(5)))
    #expect(try WireJSON.decode(SyncAnswer.self, from: again.body).nextBatch == first.nextBatch)
    #expect(try sync([("since", "p1_999"), ("full_state", full)]).status == 400)
  }

  // MARK: Polls without a task

  @Test func aPollIsDeliveredOnceAndItsStreamEnds() throws {
    let answers = Shared<[Int]>([])
    let poll = try server.homeserver.poll(for: get("events")) { response in
      answers.change { $0.append(response.status) }
    }.orThrow("a poll")
    try simulation.run { [homeserver = server.homeserver] in await homeserver.open([poll]) }
    #expect(server.homeserver.waitingPolls == 1)
    #expect(answers.value == [])
    server.homeserver.abandon(poll)
    #expect(server.homeserver.waitingPolls == 0)
    server.homeserver.abandon(poll)
    simulation.advance(by: .seconds(60))
    #expect(answers.value == [200])
  }

  @Test func whoLeavesBeforeTheirPollIsOpenedIsNotOnline() throws {
    let screen = server.connect(bob)
    try simulation.run { [ann, bob] in try await bob.invite(ann.userID) }
    let answers = Shared<[Int]>([])
    let poll = try server.homeserver.poll(for: get("events")) { response in
      answers.change { $0.append(response.status) }
    }.orThrow("a poll")
    server.homeserver.abandon(poll)
    try simulation.run { [homeserver = server.homeserver] in await homeserver.open([poll]) }
    #expect(answers.value == [503])
    #expect(screen.state(of: ann.userID) == .offline)
  }

  @Test func whoIsLoggedOutBeforeTheirPollIsOpenedIsToldSo() throws {
    let answers = Shared<[Int]>([])
    let poll = try server.homeserver.poll(for: get("events")) { response in
      answers.change { $0.append(response.status) }
    }.orThrow("a poll")
    try simulation.run { [ann] in try await ann.logout() }
    try simulation.run { [homeserver = server.homeserver] in await homeserver.open([poll]) }
    #expect(answers.value == [401])
    #expect(server.homeserver.waitingPolls == 0)
  }

  @Test func whoseTokenIsReplacedBeforeTheirPollIsOpenedIsToldSo() throws {
    let testClient = try TestClient()
    _ = try testClient.register("cat", password: "pw")
    let device = #""device_id":"D","#
    let first = try testClient.login("cat", "pw", more: device).decoded(Credentials.self).accessToken
    let answers = Shared<[Int]>([])
    let homeserver = testClient.server.homeserver
    let poll = try homeserver.poll(
      for: WireRequest(.get, ClientAPI.standard("events"), accessToken: first)
    ) { response in answers.change { $0.append(response.status) } }.orThrow("a poll")
    #expect(try testClient.login("cat", "pw", more: device).code == "200 -")
    try testClient.simulation.run { await homeserver.open([poll]) }
    #expect(answers.value == [401])
    #expect(homeserver.waitingPolls == 0)
  }

  @Test func aDeviceThatIsLoggedOutSaysNothing() throws {
    let testClient = try TestClient()
    let cat = try testClient.register("cat", more: #""device_id":"GONE","#)
    _ = try testClient.send(.post, "v3/logout", as: cat.accessToken)
    let presence = testClient.server.homeserver.presence
    let gone = Device(user: cat.userID, id: try DeviceID("GONE").orThrow("a device"))
    let report = try WireJSON.decode(
      DeviceReport.self, from: #"{"presence":"online","idle_ms":0}"#.utf8)
    try testClient.simulation.run {
      await presence.report(report, on: gone)
      await presence.setPolling(true, on: gone)
      _ = await presence.list(of: gone)
    }
    let records = try testClient.simulation.run { await presence.deviceRecords(of: gone.user) }
    #expect(records.isEmpty)
  }

  @Test func whatIsNoPollOrIsRefusedIsForTheOthersToAnswer() {
    let homeserver = server.homeserver
    #expect(homeserver.poll(for: get("initialSync")) { _ in } == nil)
    #expect(homeserver.poll(for: get("sync", [("timeout", "x")], version: ["v3"])) { _ in } == nil)
    #expect(homeserver.poll(for: WireRequest(.get, ["_matrix", "client", "v3", "sync"])) { _ in } == nil)
  }

  @Test func oneChangeAnswersAllWhoWaitInOneVisit() throws {
    let watchers = try (0..<20).map { try server.register("w\($0)") }
    for watcher in watchers { try server.befriend(watcher, bob) }
    let screens = watchers.map { server.connect($0) }
    simulation.advance(by: .seconds(1))
    try simulation.run { [bob] in try await bob.setStatus(.busy, text: "all") }
    simulation.drain()
    for screen in screens { #expect(screen.roster.contacts[bob.userID]?.statusText == "all") }
    #expect(server.homeserver.waitingPolls == 20)
  }
}

/// A value several threads change.
private final class Shared<Value: Sendable>: Sendable {
  private let stored: Mutex<Value>

  init(_ value: Value) { stored = Mutex(value) }

  var value: Value { stored.withLock { $0 } }

  func change(_ body: @Sendable (inout sending Value) -> Void) { stored.withLock { body(&$0) } }
}

extension PresenceService {
  /// What is remembered of a person's devices.
  fileprivate func deviceRecords(of user: UserID) -> [DeviceActivityRecord] {
    rules.deviceRecords(of: user, now: time.now)
  }
}
