import MatrixWire
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Synchronization
import Testing

/// Renewals whose callers give up, whose server is slow or down, and whose pair cannot be kept.
struct HeldTokensTests {
  private let simulation = Simulation()
  private let exchange = TokenExchange()
  private let keeper = SharedKeeper()
  private let web: SlowWeb

  init() {
    let (exchange, time) = (exchange, simulation.time)
    web = SlowWeb(simulation.time) { try exchange.authorize($0, at: time.instant) }
  }

  private func session() throws -> Session {
    let origin = "https://auth.example.org"
    let client = OAuthClient(
      clientID: "client-1", tokenEndpoint: try WebURL(origin + "/token").orThrow("a URL"),
      revocationEndpoint: WebURL(origin + "/revoke"))
    let credentials = Credentials(
      userID: try UserID("@ann:hs.example.org").orThrow("a user"), deviceID: DeviceID("D"),
      accessToken: AccessToken("a0"), refreshToken: AccessToken("r0"), expiresIn: 300_000)
    keeper.set(credentials)
    return try Client(exchange: exchange.way(simulation.time), time: simulation.time, keeper: keeper)
      .session(credentials, by: OAuthAccess(client, over: web))
  }

  private func call(_ session: Session) -> Box<Result<Void, SDKError>> {
    let end = Box<Result<Void, SDKError>>()
    simulation.start {
      do throws(SDKError) {
        _ = try await session.whoAmI()
        end.set(.success(()))
      } catch {
        end.set(.failure(error))
      }
    }
    return end
  }

  private func code(_ end: Box<Result<Void, SDKError>>) -> SDKError.Code? {
    guard case .failure(let error) = end.value else { return nil }
    return error.code
  }

  @Test func aRenewalOutlivesTheCallThatBeganIt() throws {
    let session = try session()
    simulation.advance(by: .seconds(250))
    web.delay = .seconds(5)
    let ended = Box<SDKError.Code>()
    let task = simulation.start {
      do throws(SDKError) { _ = try await session.whoAmI() } catch { ended.set(error.code) }
    }
    simulation.advance(by: .seconds(1))
    simulation.stop(task)
    // Told at once, while the renewal goes on.
    #expect(ended.value == .cancelled)
    #expect(web.count == 1)
    simulation.advance(by: .seconds(10))
    #expect(session.credentials.accessToken == AccessToken("a1"))
    #expect(keeper.stored?.refreshToken == AccessToken("r1"))
    #expect(web.count == 1)
  }

  @Test func aProgramThatEndsWaitsForTheRenewal() throws {
    let session = try session()
    simulation.advance(by: .seconds(250))
    web.delay = .seconds(5)
    _ = call(session)
    simulation.advance(by: .seconds(1))
    try simulation.run { await session.settle() }
    #expect(keeper.stored?.accessToken == AccessToken("a1"))
  }

  @Test func manyLateCallsAskAServerThatIsDownOnce() throws {
    let session = try session()
    exchange.refuse(with: .text("", status: 503))
    simulation.advance(by: .seconds(400))
    web.delay = .seconds(2)
    let ends = (0..<8).map { _ in call(session) }
    simulation.advance(by: .seconds(30))
    #expect(ends.allSatisfy { code($0) != nil })
    // One early renewal, and one for all the calls that were refused.
    #expect(web.count <= 2)
  }

  @Test func aPairThatCannotBeKeptIsHeldAndItsTokenIsSpentOnce() throws {
    let session = try session()
    keeper.isFull = true
    simulation.advance(by: .seconds(250))
    for _ in 0..<3 {
      _ = try simulation.run { try await session.whoAmI() }
      #expect(session.credentials.accessToken == AccessToken("a0"))
      simulation.advance(by: .seconds(15))
    }
    #expect(web.count == 1)
    keeper.isFull = false
    _ = try simulation.run { try await session.whoAmI() }
    #expect(session.credentials.accessToken == AccessToken("a1"))
    #expect(keeper.stored?.accessToken == AccessToken("a1"))
    // It has grown old meanwhile.
    #expect(keeper.stored?.expiresIn == 255_000)
    #expect(web.count == 1)
  }

  @Test func whatIsHeldIsUsedOnceItHasToBeAndNothingOlderTakesItsPlace() throws {
    let session = try session()
    keeper.isFull = true
    simulation.advance(by: .seconds(290))
    _ = try simulation.run { try await session.whoAmI() }
    simulation.advance(by: .seconds(20))
    _ = try simulation.run { try await session.whoAmI() }
    #expect(session.credentials.accessToken == AccessToken("a1"))
    #expect(keeper.stored?.accessToken == AccessToken("a0"))
    simulation.advance(by: .seconds(20))
    _ = try simulation.run { try await session.whoAmI() }
    #expect(session.credentials.accessToken == AccessToken("a1"))
    #expect(web.count == 1)
    keeper.isFull = false
    simulation.advance(by: .seconds(20))
    _ = try simulation.run { try await session.whoAmI() }
    #expect(keeper.stored?.accessToken == AccessToken("a1"))
    #expect(web.count == 1)
  }

  @Test func nothingIsSpentWhileTheStoreCannotBeRead() throws {
    let session = try session()
    keeper.isUnreadable = true
    simulation.advance(by: .seconds(250))
    _ = try simulation.run { try await session.whoAmI() }
    simulation.advance(by: .seconds(100))
    let error = #expect(throws: SDKError.self) { try simulation.run { try await session.whoAmI() } }
    #expect(error?.code == .unreachable)
    #expect(error?.message.contains("locked") == true)
    #expect(web.count == 0)
    keeper.isUnreadable = false
    _ = try simulation.run { try await session.whoAmI() }
    #expect(web.count == 1)
  }

  @Test func logoutRevokesWhatAnotherProcessRenewed() throws {
    let session = try session()
    var credentials = session.credentials
    credentials.refreshToken = AccessToken("r7")
    credentials.accessToken = AccessToken("a7")
    keeper.set(credentials)
    try simulation.run { try await session.logout() }
    #expect(web.revoked == ["r7"])
    #expect(keeper.isAlone)
  }

  @Test(arguments: [
    (400, "invalid_request", false), (403, "access_denied", false), (400, "invalid_client", true),
    (401, "invalid_client", true), (400, "unauthorized_client", true), (418, "invalid_grant", false),
  ])
  func onlyWordsThatMeanItEndASession(_ status: Int, _ word: String, _ isEnd: Bool) throws {
    let session = try session()
    exchange.refuse(with: .text(#"{"error":"\#(word)"}"#, status: status))
    simulation.advance(by: .seconds(400))
    let end = call(session)
    simulation.advance(by: .seconds(30))
    #expect(code(end) == (isEnd ? .loggedOut : .unreachable))
  }
}

/// The way to an authorization server that takes its time.
private final class SlowWeb: WebExchange {
  private struct State {
    var delay: Duration = .zero
    var count = 0
    var revoked: [String] = []
  }

  private let state = Mutex(State())
  private let time: any Timekeeper
  private let respond: @Sendable (WebRequest) throws -> WireResponse

  init(_ time: any Timekeeper, _ respond: @escaping @Sendable (WebRequest) throws -> WireResponse) {
    self.time = time
    self.respond = respond
  }

  var delay: Duration {
    get { state.withLock(\.delay) }
    set { state.withLock { $0.delay = newValue } }
  }

  /// How many renewals were asked for.
  var count: Int { state.withLock(\.count) }
  var revoked: [String] { state.withLock(\.revoked) }

  func send(_ request: WebRequest) async throws -> WireResponse {
    if request.url.target == "/revoke" {
      state.withLock { $0.revoked.append(request.field("token") ?? "") }
    } else {
      state.withLock { $0.count += 1 }
    }
    try await time.sleep(until: time.instant + delay)
    return try respond(request)
  }
}
