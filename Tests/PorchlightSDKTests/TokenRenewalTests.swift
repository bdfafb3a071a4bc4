import MatrixWire
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Synchronization
import Testing

/// Sessions that an authorization server made, renewed under a parked poll; and tokens that several processes share.
struct TokenRenewalTests {
  private let simulation = Simulation()
  private let exchange = TokenExchange()
  private let web: ScriptedWeb

  init() {
    let (exchange, time) = (exchange, simulation.time)
    web = ScriptedWeb { try exchange.authorize($0, at: time.instant) }
  }

  private func session(keeper: any CredentialKeeper = CredentialListener { _ in }) throws -> Session {
    let origin = "https://auth.example.org"
    let client = OAuthClient(
      clientID: "client-1", tokenEndpoint: try WebURL(origin + "/token").orThrow("a URL"),
      revocationEndpoint: WebURL(origin + "/revoke"))
    let credentials = Credentials(
      userID: try UserID("@ann:hs.example.org").orThrow("a user"), deviceID: DeviceID("D"),
      accessToken: AccessToken("a0"), refreshToken: AccessToken("r0"), expiresIn: 300_000)
    return try Client(exchange: exchange.way(simulation.time), time: simulation.time, keeper: keeper)
      .session(credentials, by: OAuthAccess(client, over: web))
  }

  /// Follows the stream until it ends, and keeps what it ended with.
  private func follow(_ session: Session) -> Box<SDKError> {
    let end = Box<SDKError>()
    simulation.start {
      do {
        for try await _ in session.events(as: .offline, seed: 1) {}
      } catch {
        end.set(error as? SDKError ?? SDKError(.cancelled, "\(error)"))
      }
    }
    return end
  }

  @Test func aSessionIsRenewedEveryFourMinutesUnderAParkedPoll() throws {
    let saved = Box<[String]>()
    let exchange = exchange
    let session = try session(
      keeper: CredentialListener { credentials in
        let token = credentials.accessToken?.rawValue ?? ""
        // Kept before it is used.
        #expect(!exchange.tokensUsed.contains(token))
        saved.set((saved.value ?? []) + [token])
      })
    let end = follow(session)
    simulation.advance(by: .seconds(3_600))
    #expect(end.value == nil)
    #expect(exchange.refusals == 0)
    #expect(exchange.abandonedPolls == 0)
    // Every four minutes and at most the length of a poll later.
    #expect((13...15).contains(web.requests.count))
    #expect(saved.value == (1...web.requests.count).map { "a\($0)" })
    #expect(
      web.requests.allSatisfy {
        $0.field("client_id") == "client-1" && $0.field("grant_type") == "refresh_token"
      })
  }

  @Test func aServerInTroubleCostsNothingWhileTheTokenIsGood() throws {
    let session = try session()
    let end = follow(session)
    exchange.refuse(with: .text("", status: 503))
    simulation.advance(by: .seconds(280))
    #expect(end.value == nil && exchange.refusals == 0)
    #expect((1...4).contains(web.requests.count))
    exchange.refuse(with: nil)
    simulation.advance(by: .seconds(100))
    #expect(end.value == nil)
    #expect(session.credentials.accessToken == AccessToken("a1"))
  }

  @Test func aRefusalEndsTheSessionWithWords() throws {
    let session = try session()
    let end = follow(session)
    exchange.refuse(with: .text(#"{"error":"invalid_grant","error_description":"revoked"}"#, status: 400))
    simulation.advance(by: .seconds(300))
    #expect(end.value?.code == .loggedOut)
    #expect(end.value?.message.contains("@ann:hs.example.org") == true)
    #expect(end.value?.message.contains("revoked") == true)
    #expect(end.value?.message.contains("r0") == false)
    #expect(web.requests.count == 1)
  }

  @Test func theLoginPageOfANetworkEndsNothing() throws {
    let session = try session()
    let end = follow(session)
    exchange.refuse(with: .text("<html>", status: 403))
    simulation.advance(by: .seconds(290))
    #expect(end.value == nil)
  }

  @Test func manyCallsAtOnceRenewOnce() throws {
    let session = try session()
    simulation.advance(by: .seconds(250))
    try simulation.run {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<8 { group.addTask { _ = try await session.whoAmI() } }
        try await group.waitForAll()
      }
    }
    #expect(web.requests.count == 1)
  }

  @Test func aTokenThatAnotherProcessRenewedIsTaken() throws {
    let keeper = SharedKeeper()
    let (one, other) = (try session(keeper: keeper), try session(keeper: keeper))
    simulation.advance(by: .seconds(250))
    _ = try simulation.run { try await one.whoAmI() }
    _ = try simulation.run { try await other.whoAmI() }
    #expect(web.requests.count == 1)
    #expect(other.credentials.accessToken == AccessToken("a1"))
  }

  @Test func aRefusedTokenIsReadAgainBeforeTheSessionIsGivenUp() throws {
    let keeper = SharedKeeper()
    var credentials = try session().credentials
    credentials.refreshToken = nil
    credentials.expiresIn = nil
    let session = try Client(exchange: exchange.way(simulation.time), time: simulation.time, keeper: keeper)
      .session(credentials)
    exchange.accept("b1")
    let error = #expect(throws: SDKError.self) { try simulation.run { try await session.whoAmI() } }
    #expect(error?.code == .loggedOut)
    credentials.accessToken = AccessToken("b1")
    keeper.set(credentials)
    #expect(try simulation.run { try await session.whoAmI() }.userID == session.userID)
  }

  @Test func whatCannotBeKeptIsNotUsedWhileTheOldTokenIsGood() throws {
    let keeper = SharedKeeper(isFull: true)
    let session = try session(keeper: keeper)
    simulation.advance(by: .seconds(250))
    _ = try simulation.run { try await session.whoAmI() }
    #expect(session.credentials.accessToken == AccessToken("a0"))
    simulation.advance(by: .seconds(100))
    _ = try simulation.run { try await session.whoAmI() }
    #expect(session.credentials.accessToken != AccessToken("a0"))
  }

  @Test func logoutRevokesTheRefreshToken() throws {
    let session = try session()
    try simulation.run { try await session.logout() }
    #expect(web.requests.map(\.url.target) == ["/revoke"])
    #expect(web.requests.first?.field("token") == "r0")
    #expect(web.requests.first?.field("token_type_hint") == "refresh_token")
    #expect(exchange.tokensUsed.isEmpty)
  }
}
