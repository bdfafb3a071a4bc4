import MatrixWire
import PorchlightTestSupport
import Ports
import Synchronization
import Testing

@testable import Homeserver

/// From a request to the server that signed it (Protocol 6.2, 6.3).
struct FederationAuthenticationTests {
  private let simulation = Simulation()
  private let servers = KeyServers()
  private let known = Outcomes()
  private let red: ServerName
  private let blue: ServerName
  private let signer: TestSigner
  private let keys: KeyService
  private let authentication: FederationAuthentication

  init() throws {
    red = try ServerName("red.example").orThrow("a name")
    blue = try ServerName("blue.example").orThrow("a name")
    signer = TestSigner(try KeyID("ed25519:a_1").orThrow("a key"), secret: 1)
    let servers = servers
    let known = known
    keys = KeyService(
      time: simulation.time, verifier: TestVerifier(),
      isKnown: { server in known.all.contains(server.rawValue) }
    ) { try await servers.fetch($0) }
    authentication = FederationAuthentication(server: red, keys: keys, verifier: TestVerifier())
    try publish(blue)
  }

  private func publish(_ server: ServerName, _ signer: TestSigner? = nil, validFor: Int64 = 86_400_000) throws
  {
    let document = try (signer ?? self.signer).document(
      of: server, validUntil: simulation.time.wallTime.milliseconds + validFor)
    servers.state.withLock { $0.documents[server] = document }
  }

  private func request(
    _ body: String = #"{"pdus":[]}"#, from origin: ServerName? = nil, to destination: ServerName? = nil,
    by other: TestSigner? = nil
  ) throws -> WireRequest {
    let request = WireRequest(
      .put, ["_matrix", "federation", "v1", "send", "a/1"], body: Array(body.utf8))
    return try (other ?? signer).signed(request, from: origin ?? blue, to: destination ?? red)
  }

  /// The origin, or the status and code.
  private func outcome(_ request: WireRequest) throws -> String {
    let authentication = authentication
    return try simulation.run { await Self.outcome(request, authentication) }
  }

  private static func outcome(
    _ request: WireRequest, _ authentication: FederationAuthentication
  ) async -> String {
    do throws(APIError) {
      return try await authentication.authenticate(request).origin.rawValue
    } catch {
      return "\(error.status) \(error.error.code)"
    }
  }

  // MARK: Requests

  @Test func aSignedRequestIsItsOrigins() throws {
    let (authentication, request) = (authentication, try request())
    let signed = try simulation.run { try await authentication.authenticate(request) }
    #expect(signed.origin == blue)
    #expect(signed.body?.bytes == Array(#"{"pdus":[]}"#.utf8))
    #expect(try outcome(request) == "blue.example")
    #expect(servers.asked == [blue])
  }

  @Test func anotherFormOfTheSameBodyIsTheSame() throws {
    var request = try request(#"{"a":1,"b":"é/"}"#)
    request.body = Array(#" { "b" : "\u00e9\/", "a" : 1 } "#.utf8)
    #expect(try outcome(request) == "blue.example")
  }

  @Test func aRequestWithoutABodyIsSignedToo() throws {
    #expect(try outcome(request("")) == "blue.example")
    var added = try request("")
    added.body = Array("{}".utf8)
    #expect(try outcome(added) == "401 M_UNAUTHORIZED")
  }

  @Test func theTargetIsSignedAsItCame() throws {
    var request = try request()
    request.receivedTarget = request.target
    #expect(try outcome(request) == "blue.example")
    request.receivedTarget = "/_matrix/federation/v1/send/a%2f1"
    #expect(try outcome(request) == "401 M_UNAUTHORIZED")
  }

  @Test func everythingIsUnderTheSignature() throws {
    var changed = try [request(), request(), request(), request()]
    changed[0].method = .post
    changed[1].path.append("x")
    changed[2].query = [.init("a", "b")]
    changed[3].body = Array(#"{"pdus":[1]}"#.utf8)
    for request in changed { #expect(try outcome(request) == "401 M_UNAUTHORIZED") }
  }

  @Test func withoutAHeaderNobodyIsAsked() throws {
    var request = try request()
    request.signatures = []
    #expect(try outcome(request) == "401 M_UNAUTHORIZED")
    #expect(servers.asked.isEmpty)
  }

  @Test(arguments: ["X-Matrix", "X-Matrix origin=blue.example", "X-Matrix origin=,key=ed25519:1,sig=AA"])
  func aMalformedHeaderIsRefused(header: String) throws {
    var request = try request()
    request.signatures.append(header)
    #expect(try outcome(request) == "400 M_UNAUTHORIZED")
    #expect(servers.asked.isEmpty)
  }

  @Test func aRequestForAnotherServerIsRefused() throws {
    let green = try ServerName("green.example").orThrow("a name")
    #expect(try outcome(request(to: green)) == "401 M_UNAUTHORIZED")
    #expect(servers.asked.isEmpty)
    // And does not become ours by leaving out for whom it is.
    var silent = try request(to: green)
    var header = try XMatrixAuthorization(silent.signatures[0]).orThrow("a header")
    header.destination = nil
    silent.signatures = [header.header]
    #expect(try outcome(silent) == "401 M_UNAUTHORIZED")
  }

  @Test func anOlderServerDoesNotSayForWhomItIs() throws {
    var request = try request()
    var header = try XMatrixAuthorization(request.signatures[0]).orThrow("a header")
    header.destination = nil
    request.signatures = [header.header]
    #expect(try outcome(request) == "blue.example")
  }

  @Test func nobodyElseSignsAsThisServer() throws {
    try publish(red)
    #expect(try outcome(request(from: red)) == "401 M_UNAUTHORIZED")
    #expect(servers.asked.isEmpty)
  }

  @Test func aBodyThatIsNoneIsRefused() throws {
    #expect(try outcome(request(#"{"a":1.5}"#)) == "blue.example")
    for (body, code) in [("{", "M_NOT_JSON"), (#"{"a":1,"a":1}"#, "M_BAD_JSON")] {
      #expect(try outcome(request(body)) == "400 \(code)")
    }
  }

  @Test func oneGoodSignatureOfSeveralIsEnough() throws {
    let second = TestSigner(try KeyID("ed25519:new").orThrow("a key"), secret: 2)
    let twice = try signer.signed(request(by: second), from: blue, to: red)
    #expect(twice.signatures.count == 2)
    #expect(try outcome(twice) == "blue.example")
    var other = try request()
    other.signatures.insert(#"X-Matrix origin="blue.example",key="rsa:1",sig="AA""#, at: 0)
    #expect(try outcome(other) == "blue.example")
    other.signatures.removeLast()
    #expect(try outcome(other) == "401 M_UNAUTHORIZED")
    other.signatures.append(#"X-Matrix origin="green.example",key="ed25519:1",sig="AA""#)
    #expect(try outcome(other) == "400 M_UNAUTHORIZED")
    other.signatures = Array(repeating: try request().signatures[0], count: 5)
    #expect(try outcome(other) == "400 M_UNAUTHORIZED")
  }

  // MARK: Keys

  @Test func aKeyItsServerDoesNotNameIsRefused() throws {
    let stolen = TestSigner(try KeyID("ed25519:stolen").orThrow("a key"), secret: 9)
    #expect(try outcome(request(by: stolen)) == "401 M_UNAUTHORIZED")
    #expect(try outcome(request(by: stolen)) == "401 M_UNAUTHORIZED")
    #expect(servers.asked.count == 1)
  }

  @Test func anExpiredKeyIsRefused() throws {
    try publish(blue, validFor: 60_000)
    #expect(try outcome(request()) == "blue.example")
    simulation.advance(by: .seconds(60))
    #expect(try outcome(request()) == "401 M_UNAUTHORIZED")
    #expect(servers.asked.count == 2)
  }

  @Test func aDocumentOfAnotherServerOrUnsignedIsNone() throws {
    let green = try ServerName("green.example").orThrow("a name")
    let document = try signer.document(of: green, validUntil: simulation.time.wallTime.milliseconds + 1000)
    servers.state.withLock { $0.documents[blue] = document }
    #expect(try outcome(request()) == "401 M_UNAUTHORIZED")
    simulation.advance(by: .seconds(2))
    try publish(blue)
    servers.state.withLock { $0.documents[blue]?.signatures = [signer.keyID: [1]] }
    #expect(try outcome(request()) == "401 M_UNAUTHORIZED")
    simulation.advance(by: .seconds(2))
    try publish(blue)
    #expect(try outcome(request()) == "blue.example")
  }

  @Test func aServerIsAskedOnceByAllWhoWait() throws {
    servers.state.withLock { _ = $0.hangs.insert(blue) }
    let (authentication, request, box) = (authentication, try request(), Outcomes())
    for _ in 0..<40 {
      simulation.start {
        let outcome = await Self.outcome(request, authentication)
        box.add(outcome)
      }
    }
    #expect(servers.asked == [blue])
    // One asks and 32 wait; the others are sent away.
    #expect(box.all == Array(repeating: "503 M_UNKNOWN", count: 7))
    servers.release(blue)
    simulation.drain()
    #expect(box.all.filter { $0 == "blue.example" }.count == 33)
    #expect(servers.asked == [blue])
  }

  @Test func whoeverAsksMayGoAway() throws {
    servers.state.withLock { _ = $0.hangs.insert(blue) }
    let (authentication, request, outcomes) = (authentication, try request(), Outcomes())
    let first = simulation.start { outcomes.add(await Self.outcome(request, authentication)) }
    simulation.start { outcomes.add(await Self.outcome(request, authentication)) }
    simulation.stop(first)
    #expect(servers.asked == [blue, blue])
    servers.release(blue)
    simulation.drain()
    #expect(outcomes.all == ["503 M_UNKNOWN", "blue.example"])
  }

  @Test func serversThatHangHoldNobodyUp() throws {
    #expect(try outcome(request()) == "blue.example")
    let (authentication, outcomes) = (authentication, Outcomes())
    for number in 0..<1_000 {
      let unknown = try ServerName("s\(number).example").orThrow("a name")
      servers.state.withLock { _ = $0.hangs.insert(unknown) }
      let request = try request(from: unknown)
      simulation.start { outcomes.add(await Self.outcome(request, authentication)) }
    }
    #expect(outcomes.all.count == 1_000 - KeyRing.Limits().mostForUnknown)
    #expect(Set(outcomes.all) == ["503 M_UNKNOWN"])
    #expect(try outcome(request()) == "blue.example")
    let green = try ServerName("green.example").orThrow("a name")
    try publish(green)
    #expect(try outcome(request(from: green)) == "503 M_UNKNOWN")
    let keys = keys
    known.add("green.example")
    #expect(try outcome(request(from: green)) == "green.example")
    #expect(try simulation.run { await keys.counts } == (2, 0, KeyRing.Limits().mostForUnknown))
  }

  // MARK: Our own

  @Test func ourOwnDocumentIsRenewedAtHalfLife() throws {
    let own = OwnKeys(red, signer)
    let start = simulation.time.wallTime
    func later(_ hours: Int64) -> WallTime { WallTime(milliseconds: start.milliseconds + hours * 3_600_000) }
    let first = try own.body(at: start)
    #expect(try ServerKeys(body: first).validUntil == later(24).milliseconds)
    #expect(TestVerifier().isSelfSigned(try ServerKeys(body: first)))
    #expect(try own.body(at: later(11)) == first)
    #expect(try ServerKeys(body: own.body(at: later(12))).validUntil == later(36).milliseconds)
    #expect(try ServerKeys(body: own.body(at: later(-1))).validUntil == later(23).milliseconds)
  }
}

/// What several tasks said, in order.
private final class Outcomes: Sendable {
  private let state = Mutex<[String]>([])

  func add(_ text: String) { state.withLock { $0.append(text) } }

  var all: [String] { state.withLock(\.self) }
}
