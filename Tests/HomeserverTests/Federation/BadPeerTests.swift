import MatrixWire
import OrderedCollections
import PorchlightSDK
import PorchlightTestSupport
import Ports
import PresenceCore
import Synchronization
import Testing

@testable import Homeserver

/// What a server may send that means no good (issue 4, bad input from a peer): each is refused with the standard
/// error, what is kept of it is bounded, and nobody else notices.
struct BadPeerTests: EvilServerTests {
  let scene: EvilServer

  init() throws { scene = try EvilServer() }

  // MARK: Sending

  func transaction(_ edus: [String], pdus: Int = 0, from origin: String = "evil.example") -> String {
    let events = Array(repeating: "{}", count: pdus).joined(separator: ",")
    return
      #"{"edus":[\#(edus.joined(separator: ","))],"origin":"\#(origin)","origin_server_ts":1,"pdus":[\#(events)]}"#
  }

  func invite(_ observer: String = "@mal:evil.example", _ kind: String = "m.presence_invite")
    -> String
  {
    #"{"content":{"observed_user":"@ann:red.example","observer_user":"\#(observer)"},"edu_type":"\#(kind)"}"#
  }

  /// Status and code, and an ordinary client is served as before.
  private func outcome(_ request: WireRequest) throws -> String {
    let answer = try red.respond(to: request, from: EvilServer.peer)
    let code = (try? WireJSON.decode(MatrixError.self, from: answer.body)).map { "\($0.code)" }
    let list = try simulation.run { [ann] in try await ann.presenceList() }.list
    #expect(list.isEmpty)
    return [String(answer.status), code].compactMap(\.self).joined(separator: " ")
  }

  func whoAsks() throws -> [String] {
    try simulation.run { [ann] in try await ann.presenceList() }.invites.map(\.observer.rawValue)
  }

  @Test func theBodiesOfTheseTestsAreUnderstood() throws {
    #expect(try outcome(request(transaction([invite()]))) == "200")
    #expect(try whoAsks() == ["@mal:evil.example"])
  }

  // MARK: Who it is

  @Test func whatIsNotSignedIsRefused() throws {
    var plain = try request(transaction([invite()]))
    plain.signatures = []
    #expect(try outcome(plain) == "401 M_UNAUTHORIZED")
    #expect(try whoAsks() == [])
  }

  @Test func aWrongKeyIsRefused() throws {
    let wrong = TestSigner(signer.keyID, secret: 67)
    #expect(try outcome(request(transaction([invite()]), by: wrong)) == "401 M_UNAUTHORIZED")
    let unknown = TestSigner(try KeyID("ed25519:other").orThrow("a key"), secret: 66)
    #expect(try outcome(request(transaction([invite()]), by: unknown)) == "401 M_UNAUTHORIZED")
    #expect(try whoAsks() == [])
  }

  @Test func anExpiredKeyIsRefused() throws {
    let (signer, until) = (signer, simulation.time.wallTime.milliseconds + 60_000)
    network.answer { _, server in
      WireResponse(status: 200, body: try signer.document(of: server, validUntil: until).body)
    }
    #expect(try outcome(request(transaction([]))) == "200")
    simulation.advance(by: .seconds(61))
    #expect(try outcome(request(transaction([invite()]), id: "2")) == "401 M_UNAUTHORIZED")
    #expect(try whoAsks() == [])
  }

  @Test func nobodySpeaksForPeopleOfOthers() throws {
    let blue = try network.start("blue.example", in: simulation, seed: 2)
    let bob = try blue.register("bob")
    try simulation.run { [ann] in try await ann.invite(bob.userID) }
    simulation.advance(by: .seconds(1))
    let answer =
      #"{"content":{"observed_user":"@bob:blue.example","observer_user":"@ann:red.example"},"edu_type":"m.presence_accept"}"#
    let push =
      #"{"content":{"push":[{"last_active_ago":0,"presence":"online","status_msg":"forged","user_id":"@bob:blue.example"}]},"edu_type":"m.presence"}"#
    let forged = try request(transaction([invite("@cat:blue.example"), answer, push]))
    #expect(try red.respond(to: forged, from: EvilServer.peer).status == 200)
    let list = try simulation.run { [ann] in try await ann.presenceList() }
    #expect(list.invites.isEmpty)
    #expect(list.list.map(\.state) == [.pending])
    #expect(list.list.map(\.presence.state) == [.unknown])
    // And no origin but the one that signed.
    let claimed = try request(transaction([], from: "blue.example"), id: "2")
    #expect(try red.respond(to: claimed, from: EvilServer.peer).status == 400)
  }

  // MARK: How much it is

  @Test func tooMuchIsRefusedWhole() throws {
    let push = #"{"last_active_ago":0,"presence":"online","user_id":"@mal:evil.example"}"#
    let states = Array(repeating: push, count: 51).joined(separator: ",")
    let bodies = [
      transaction([invite()], pdus: 51),
      transaction([invite()] + Array(repeating: #"{"content":{},"edu_type":"m.x"}"#, count: 100)),
      transaction([invite(), #"{"content":{"push":[\#(states)]},"edu_type":"m.presence"}"#]),
    ]
    for (index, body) in bodies.enumerated() {
      #expect(try outcome(request(body, id: "\(index)")) == "400 M_TOO_LARGE")
    }
    #expect(try whoAsks() == [])
    // As much as may be is taken.
    #expect(try outcome(request(transaction([invite()], pdus: 50), id: "most")) == "200")
    #expect(try whoAsks() == ["@mal:evil.example"])
  }

  @Test func aBodyOfManyMegabytesIsRefused() throws {
    let large = transaction([
      #"{"content":{"x":"\#(String(repeating: "x", count: 1_100_000))"},"edu_type":"m.x"}"#
    ])
    #expect(try outcome(request(large)) == "413 M_TOO_LARGE")
  }

  @Test func messagesOfUnknownKindsArePassedOver() throws {
    let unknown = [
      #"{"content":{"anything":[1,{"a":null}]},"edu_type":"m.typing"}"#,
      #"{"content":{},"edu_type":"m.presence_x"}"#,
    ]
    #expect(try outcome(request(transaction(unknown + [invite()]))) == "200")
    #expect(try whoAsks() == ["@mal:evil.example"])
  }

  @Test func whatIsCutOffOrNestedIsRefused() throws {
    let whole = transaction([invite()])
    let nested = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
    let bodies = [
      String(whole.dropLast(10)), String(repeating: "[", count: 100_000), nested,
      #"{"edus":\#(nested),"origin":"evil.example","origin_server_ts":1,"pdus":[]}"#, "[]", "null",
    ]
    for (index, body) in bodies.enumerated() {
      #expect(try outcome(request(body, id: "\(index)")).hasPrefix("400 M_"), "\(body.prefix(40))")
    }
    var cut = try request(whole)
    cut.body.removeLast(10)
    #expect(try outcome(cut).hasPrefix("400 M_"))
    #expect(try whoAsks() == [])
  }

  // MARK: How often it is

  @Test func whatIsRepeatedIsDoneOnce() throws {
    let screen = red.connect(ann)
    simulation.advance(by: .seconds(1))
    let first = try red.respond(to: request(transaction([invite()])), from: EvilServer.peer)
    for _ in 0..<20 {
      let again = try red.respond(to: request(transaction([invite()])), from: EvilServer.peer)
      #expect(again.status == 200)
      #expect(again.body == first.body)
    }
    // The same name with something else in it is the same transaction.
    #expect(try outcome(request(transaction([invite("@eve:evil.example")]))) == "200")
    simulation.advance(by: .seconds(1))
    #expect(screen.roster.invites.keys.map(\.rawValue) == ["@mal:evil.example"])
    #expect(screen.changes.count { if case .invited = $0 { true } else { false } } == 1)
  }

  @Test func aKeyServerThatHangsHoldsNobodyUp() throws {
    let (time, signer) = (simulation.time, signer)
    network.answer { request, server in
      if server.rawValue.hasPrefix("h") {
        try await time.sleep(until: time.instant + request.timeout)
        throw ExchangeError(.timedOut, "\(server) did not answer.", cause: "did not answer within 10 s")
      }
      let document = try signer.document(of: server, validUntil: time.wallTime.milliseconds + 60_000)
      return WireResponse(status: 200, body: document.body)
    }
    #expect(try outcome(request(transaction([]))) == "200")
    let (homeserver, statuses) = (red.homeserver, Statuses())
    for number in 0..<200 {
      let origin = try ServerName("h\(number).example").orThrow("a name")
      let request = try request(transaction([], from: origin.rawValue), from: origin)
      simulation.start {
        statuses.add(await homeserver.respond(to: request, from: EvilServer.peer).status)
      }
    }
    let before = simulation.time.instant
    #expect(try outcome(request(transaction([invite()]), id: "2")) == "200")
    let own = try simulation.run { [ann] in try await ann.status(of: ann.userID) }
    #expect(own.state == .offline)
    #expect(simulation.time.instant == before, "nobody waits")
    simulation.advance(by: .seconds(11))
    #expect(statuses.all.count == 200)
    #expect(Set(statuses.all) == [401, 503])
  }

  private final class Statuses: Sendable {
    private let state = Mutex<[Int]>([])

    func add(_ status: Int) { state.withLock { $0.append(status) } }

    var all: [Int] { state.withLock(\.self) }
  }

  // MARK: While it is being stored

  /// A store that takes as long as a test wants.
  private final class SlowStore: RelayingStore {
    let base = MemoryServerStore()
    private let time: any Timekeeper
    let delay = Mutex(Duration.zero)

    init(_ time: any Timekeeper) { self.time = time }

    func commit(_ changes: [StoreChange]) async throws(StoreError) {
      let span = delay.withLock(\.self)
      if span > .zero { try? await time.sleep(until: time.instant + span) }
      try await base.commit(changes)
    }
  }

  @Test func theSameTransactionWaitsForItsFirstAttempt() throws {
    let store = SlowStore(simulation.time)
    let green = try network.start("green.example", in: simulation, store: store, seed: 3)
    let cat = try green.register("cat")
    store.delay.withLock { $0 = .seconds(6) }
    func request(_ id: String) throws -> WireRequest {
      let body = transaction([invite().replacing("@ann:red.example", with: cat.userID.rawValue)])
      return try scene.request(body, id: id, to: green.name)
    }
    let (homeserver, statuses, others) = (green.homeserver, Statuses(), Statuses())
    for wait in 0..<3 {
      let again = try request("1")
      simulation.start { statuses.add(await homeserver.respond(to: again, from: EvilServer.peer).status) }
      if wait == 0 { simulation.advance(by: .seconds(5)) }
    }
    let other = try request("2")
    simulation.start { others.add(await homeserver.respond(to: other, from: EvilServer.peer).status) }
    #expect(statuses.all == [])
    #expect(others.all == [429])
    simulation.advance(by: .seconds(2))
    #expect(statuses.all == [200, 200, 200])
    let list = try simulation.run { try await cat.presenceList() }
    #expect(list.invites.count == 1)
    store.delay.withLock { $0 = .zero }
    simulation.advance(by: .seconds(20))
    green.stop()
  }
}
