import MatrixWire
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Testing

/// Logging in by a page that is opened elsewhere, against a scripted authorization server (RFC 8628).
struct DeviceGrantTests {
  private static let origin = "https://auth.example.org"
  private let simulation = Simulation()

  private func url(_ path: String, at origin: String = Self.origin) throws -> WebURL {
    try WebURL(origin + path).orThrow("a URL")
  }

  private func server(at origin: String = Self.origin) throws -> AuthorizationServer {
    AuthorizationServer(
      tokenEndpoint: try url("/token", at: origin), registrationEndpoint: try url("/register", at: origin),
      revocationEndpoint: try url("/revoke", at: origin),
      deviceAuthorizationEndpoint: try url("/device", at: origin),
      grantTypes: [AuthorizationServer.deviceGrant])
  }

  private func grant(
    _ server: AuthorizationServer? = nil, of homeserver: String = "https://hs.example.org"
  ) throws -> DeviceGrant {
    DeviceGrant(
      try server ?? self.server(), of: try url("", at: homeserver),
      device: try DeviceID("ABCDEFGHIJKL").orThrow("a device"),
      as: .init(name: "porchlight", page: "https://page.example"))
  }

  private static let registered = WireResponse.text(#"{"client_id":"client-1"}"#, status: 201)
  private static let authorized = WireResponse.text(
    #"{"device_code":"dc","user_code":"AB-CD","verification_uri":"https://auth.example.org/link","expires_in":60,"interval":5}"#
  )
  private static let granted = WireResponse.text(
    #"{"access_token":"at","token_type":"bearer","expires_in":300,"refresh_token":"rt","scope":"x"}"#)

  private static func refused(_ error: String, status: Int = 400) -> WireResponse {
    .text(#"{"error":"\#(error)","error_description":"in words"}"#, status: status)
  }

  /// Runs a grant against answers in order, and notes when each was asked for.
  private func run(
    _ grant: DeviceGrant, _ answers: [WebAnswer]
  ) -> (step: DeviceGrant.Step, asked: [(request: WebRequest, at: Int)]) {
    var (grant, answers) = (grant, answers[...])
    var asked: [(WebRequest, Int)] = []
    var now = Instant.origin
    while true {
      switch grant.next(at: now) {
      case .ask(let request):
        asked.append((request, Int(now.nanoseconds / 1_000_000_000)))
        guard let answer = answers.popFirst() else { return (grant.next(at: now), asked) }
        grant.take(answer, at: now)
      case .wait(let end): now = end
      case .finished, .failed: return (grant.next(at: now), asked)
      }
    }
  }

  private func code(_ step: DeviceGrant.Step) -> String? {
    guard case .failed(let error) = step, case .refused(let refusal) = error.code else { return nil }
    return refusal.code.rawValue
  }

  @Test func theUserAllowsIt() throws {
    let (step, asked) = run(
      try grant(),
      [Self.registered, Self.authorized, Self.refused("authorization_pending"), Self.granted].map {
        .success($0)
      })
    guard case .finished(let end) = step else {
      Issue.record("not finished: \(step)")
      return
    }
    #expect(end.tokens.accessToken == AccessToken("at"))
    #expect(end.tokens.refreshToken == AccessToken("rt"))
    #expect(end.tokens.expiresIn == 300_000)
    #expect(end.client.clientID == "client-1")
    #expect(asked.map(\.request.url.target) == ["/register", "/device", "/token", "/token"])
    #expect(asked.map(\.at) == [0, 0, 5, 10])
    #expect(
      asked[1].request.field("scope")
        == "urn:matrix:client:api:* urn:matrix:client:device:ABCDEFGHIJKL")
    #expect(asked[2].request.field("device_code") == "dc")
    #expect(asked[2].request.field("client_id") == "client-1")
  }

  @Test func aServerThatIsAskedTooOftenIsAskedLessOften() throws {
    let (_, asked) = run(
      try grant(),
      [
        Self.registered, Self.authorized, Self.refused("slow_down"), Self.refused("authorization_pending"),
        Self.refused("slow_down"), Self.granted,
      ].map { .success($0) })
    #expect(asked.map(\.at) == [0, 0, 5, 15, 25, 40])
  }

  @Test func theUserDeniesIt() throws {
    let (step, _) = run(
      try grant(), [Self.registered, Self.authorized, Self.refused("access_denied")].map { .success($0) })
    #expect(code(step) == "access_denied")
  }

  @Test func theServerSaysThatTheCodeExpired() throws {
    let (step, _) = run(
      try grant(), [Self.registered, Self.authorized, Self.refused("expired_token")].map { .success($0) })
    #expect(code(step) == "expired_token")
  }

  @Test func aCodeExpiresByItself() throws {
    let pending = Array(repeating: WebAnswer.success(Self.refused("authorization_pending")), count: 30)
    let (step, asked) = run(try grant(), [.success(Self.registered), .success(Self.authorized)] + pending)
    #expect(code(step) == "expired_token")
    #expect(asked.count == 2 + 11)
  }

  @Test func aServerInTroubleIsAskedHalfAsOften() throws {
    let lost = WebAnswer.failure(ExchangeError(.timedOut, "no answer"))
    let (step, asked) = run(
      try grant(),
      [
        .success(Self.registered), .success(Self.authorized), lost, .success(.text("", status: 502)),
        .success(Self.granted),
      ])
    guard case .finished = step else {
      Issue.record("not finished: \(step)")
      return
    }
    #expect(asked.map(\.at) == [0, 0, 5, 15, 35])
  }

  @Test func olderScopesAreTriedOnce() throws {
    let (step, asked) = run(
      try grant(),
      [Self.registered, Self.refused("invalid_scope"), Self.refused("invalid_scope")].map { .success($0) })
    #expect(code(step) == "invalid_scope")
    #expect(
      asked.last?.request.field("scope")?.hasPrefix("urn:matrix:org.matrix.msc2967.client:api:* ") == true)
  }

  @Test(arguments: [
    WireResponse.text("<html>", status: 400), .text("{}"), .redirect(to: "https://other.example/"),
    .text("", status: 500),
  ])
  func anAnswerThatIsNoneEndsIt(_ answer: WireResponse) throws {
    for answers in [[answer], [Self.registered, answer]] {
      let (step, asked) = run(try grant(), answers.map { .success($0) })
      guard case .failed = step else {
        Issue.record("not failed: \(step)")
        continue
      }
      #expect(asked.count == answers.count)
    }
  }

  @Test(arguments: [
    ("https://hs.example.org", "http://auth.example.org"),
    ("http://hs.example.org", "http://auth.example.org"),
    ("https://hs.example.org", "http://127.0.0.1:1"),
  ])
  func noSecretGoesWhereNothingIsEncrypted(_ homeserver: String, _ authorization: String) throws {
    let (step, asked) = run(try grant(try server(at: authorization), of: homeserver), [])
    #expect(asked.isEmpty)
    guard case .failed = step else {
      Issue.record("not failed: \(step)")
      return
    }
  }

  @Test func onThisMachineThereIsNoEncryption() throws {
    let (_, asked) = run(try grant(try server(at: "http://127.0.0.1:1"), of: "http://localhost:2"), [])
    #expect(asked.count == 1)
  }

  @Test func aServerWithoutTheGrantIsNotAsked() throws {
    var server = try server()
    #expect(server.hasDeviceGrant)
    server.deviceAuthorizationEndpoint = nil
    #expect(!server.hasDeviceGrant)
    #expect(run(try grant(server), []).asked.isEmpty)
  }

  @Test func theSessionIsThatOfTheToken() throws {
    let home = try TestHomeserver(simulation)
    let client = home.client
    let made = try simulation.run { try await client.register(username: "ann") }
    let token = try made.credentials.accessToken.orThrow("a token").rawValue
    let polls = Box<Int>()
    let web = ScriptedWeb { request in
      switch request.url.target {
      case "/register": return Self.registered
      case "/device": return Self.authorized
      default:
        polls.set((polls.value ?? 0) + 1)
        guard polls.value == 2 else { return Self.refused("authorization_pending") }
        return .text(
          #"{"access_token":"\#(token)","token_type":"Bearer","expires_in":300,"refresh_token":"rt"}"#)
      }
    }
    let (grant, shown) = (try grant(), Box<DevicePrompt>())
    let session = try simulation.run {
      try await client.login(by: grant, over: web) { shown.set($0) }
    }
    #expect(session.userID == made.userID)
    #expect(session.credentials.refreshToken == AccessToken("rt"))
    #expect(shown.value?.code == "AB-CD")
    #expect(shown.value?.page.rawValue == "https://auth.example.org/link")
  }
}
