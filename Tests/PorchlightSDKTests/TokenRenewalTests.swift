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
    let exchange = exchange
    web = ScriptedWeb { try exchange.authorize($0) }
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

/// What several processes share, in memory.
private final class SharedKeeper: CredentialKeeper {
  private let credentials = Mutex<Credentials?>(nil)
  private let isFull: Bool

  init(isFull: Bool = false) { self.isFull = isFull }

  func set(_ credentials: Credentials) { self.credentials.withLock { $0 = credentials } }

  func kept() async -> Credentials? { credentials.withLock { $0 } }

  func keep(_ credentials: Credentials) async -> Bool {
    if !isFull { set(credentials) }
    return !isFull
  }

  func alone<Value: Sendable>(_ body: () async -> Value) async -> Value { await body() }
}

/// A homeserver and its authorization server, as far as tokens go: `a0` is good for 300 s, and each renewal gives the next.
private final class TokenExchange: Sendable {
  private struct State {
    var good: [String: Instant] = ["a0": Instant.origin + .seconds(300)]
    var number = 0
    var now = Instant.origin
    var used: Set<String> = []
    var refusals = 0
    var abandoned = 0
    var refusal: WireResponse?
  }

  private let state = Mutex(State())

  var refusals: Int { state.withLock(\.refusals) }
  var abandonedPolls: Int { state.withLock(\.abandoned) }
  var tokensUsed: Set<String> { state.withLock(\.used) }

  func refuse(with response: WireResponse?) { state.withLock { $0.refusal = response } }

  /// Makes this token the only good one.
  func accept(_ token: String) { state.withLock { $0.good = [token: Instant.origin + .seconds(86_400)] } }

  func way(_ time: any Timekeeper) -> any Exchange { Way(tokens: self, time: time) }

  func authorize(_ request: WebRequest) throws -> WireResponse {
    if request.url.target == "/revoke" { return .text("{}") }
    return state.withLock { state in
      if let refusal = state.refusal { return refusal }
      state.number += 1
      // The old one is good until the new one is used.
      state.good["a\(state.number)"] = state.now + .seconds(300)
      return .text(
        #"{"access_token":"a\#(state.number)","token_type":"Bearer","expires_in":300,"refresh_token":"r\#(state.number)"}"#
      )
    }
  }

  private struct Way: Exchange {
    let tokens: TokenExchange
    let time: any Timekeeper

    func send(_ request: WireRequest) async throws -> WireResponse {
      guard tokens.admit(request.accessToken?.rawValue ?? "", at: time.instant) else {
        return .json(MatrixError(.unknownToken, "Unknown token"), status: 401)
      }
      if request.path.last == "sync" {
        let wait = request.query("timeout").flatMap { Int($0) } ?? 0
        do {
          try await time.sleep(until: time.instant + .milliseconds(wait))
        } catch {
          tokens.abandon()
          throw error
        }
        tokens.move(to: time.instant)
        return .text(#"{"next_batch":"s1"}"#)
      }
      return .text(#"{"user_id":"@ann:hs.example.org","device_id":"D"}"#)
    }
  }

  private func move(to now: Instant) { state.withLock { $0.now = now } }

  private func abandon() { state.withLock { $0.abandoned += 1 } }

  private func admit(_ token: String, at now: Instant) -> Bool {
    state.withLock { state in
      state.now = now
      state.used.insert(token)
      guard let end = state.good[token], now < end else {
        state.refusals += 1
        return false
      }
      return true
    }
  }
}
