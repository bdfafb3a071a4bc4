import Homeserver
import MatrixWire
import PorchlightTestSupport
import Testing

/// Access tokens that expire, and what they are renewed with (Protocol 2.4).
struct RefreshTests {
  private let testClient: TestClient
  private let first: Credentials

  init() throws {
    testClient = try TestClient { $0.refreshTokenLifetime = .seconds(7 * 24 * 3600) }
    first = try testClient.register("ann", password: "pw", more: #""refresh_token":true,"#)
  }

  private func refresh(_ token: AccessToken?) throws -> Answer {
    let token = try token.orThrow("a refresh token").rawValue
    return try testClient.send(.post, "v3/refresh", #"{"refresh_token":"\#(token)"}"#)
  }

  private func renewed(_ token: AccessToken?) throws -> RefreshAnswer { try refresh(token).decoded() }

  @Test func aClientThatAsksGetsARefreshToken() throws {
    #expect(first.refreshToken != nil)
    #expect(first.expiresIn == 3_600_000)
    #expect(try testClient.whoIs(first.accessToken) == "@ann:harbor.example")
    let other = try testClient.login("ann", "pw", more: #""refresh_token":true,"#).decoded(Credentials.self)
    #expect(other.refreshToken != nil)
    let third = try testClient.login("ann", "pw", more: #""refresh_token":false,"#).decoded(Credentials.self)
    #expect(third.refreshToken == nil)
    #expect(third.expiresIn == nil)
  }

  @Test func anExpiredTokenAsksForAnother() throws {
    testClient.simulation.advance(by: .seconds(3599))
    #expect(try testClient.whoIs(first.accessToken) == "@ann:harbor.example")
    testClient.simulation.advance(by: .seconds(1))
    let refused = try testClient.send(.get, "v3/account/whoami", as: first.accessToken)
    #expect(refused.code == "401 M_UNKNOWN_TOKEN")
    #expect(refused.response.error?.softLogout == true)
    let second = try renewed(first.refreshToken)
    #expect(try testClient.whoIs(second.accessToken) == "@ann:harbor.example")
    #expect(second.expiresIn == 3_600_000)
  }

  @Test func aTokenWithoutAnEndStaysGood() throws {
    let token = try testClient.token("bob")
    testClient.simulation.advance(by: .seconds(400 * 24 * 3600))
    #expect(try testClient.whoIs(token) == "@bob:harbor.example")
  }

  @Test func theOldPairIsGoodUntilTheNewAccessTokenIsUsed() throws {
    let second = try renewed(first.refreshToken)
    #expect(try testClient.whoIs(first.accessToken) == "@ann:harbor.example")
    #expect(try testClient.whoIs(second.accessToken) == "@ann:harbor.example")
    #expect(try testClient.whoIs(first.accessToken) == "401 M_UNKNOWN_TOKEN")
    #expect(try refresh(first.refreshToken).code == "401 M_UNKNOWN_TOKEN")
    #expect(try refresh(second.refreshToken).code == "200 -")
  }

  @Test func theOldPairIsGoodUntilTheNewRefreshTokenIsUsed() throws {
    let second = try renewed(first.refreshToken)
    let third = try renewed(second.refreshToken)
    #expect(try refresh(first.refreshToken).code == "401 M_UNKNOWN_TOKEN")
    #expect(try testClient.whoIs(first.accessToken) == "401 M_UNKNOWN_TOKEN")
    #expect(try testClient.whoIs(second.accessToken) == "@ann:harbor.example")
    #expect(try testClient.whoIs(third.accessToken) == "@ann:harbor.example")
  }

  @Test func aPollWithoutATaskIsAUseToo() throws {
    let second = try renewed(first.refreshToken)
    let homeserver = testClient.server.homeserver
    func poll(_ token: AccessToken?) -> Poll? {
      homeserver.poll(
        for: WireRequest(.get, ClientAPI.standard("sync"), accessToken: token), deliver: { _ in })
    }
    #expect(poll(first.accessToken) != nil)
    // The adapter has this one answered by `respond`, which stores what ended.
    #expect(poll(second.accessToken) == nil)
    #expect(try testClient.send(.get, "v3/sync", as: second.accessToken).code == "200 -")
    #expect(poll(first.accessToken) == nil)
    #expect(try testClient.whoIs(first.accessToken) == "401 M_UNKNOWN_TOKEN")
    #expect(poll(second.accessToken) != nil)
  }

  @Test func anAnswerThatWasLostIsAskedForAgain() throws {
    let lost = try renewed(first.refreshToken)
    let second = try renewed(first.refreshToken)
    #expect(try testClient.whoIs(lost.accessToken) == "401 M_UNKNOWN_TOKEN")
    #expect(try refresh(lost.refreshToken).code == "401 M_UNKNOWN_TOKEN")
    #expect(try testClient.whoIs(second.accessToken) == "@ann:harbor.example")
  }

  @Test func aTokenIsGoodForOneThing() throws {
    #expect(try refresh(first.accessToken).code == "401 M_UNKNOWN_TOKEN")
    #expect(try testClient.whoIs(first.refreshToken) == "401 M_UNKNOWN_TOKEN")
  }

  @Test func aSessionThatIsNeverRenewedEnds() throws {
    testClient.simulation.advance(by: .seconds(7 * 24 * 3600))
    let answer = try refresh(first.refreshToken)
    #expect(answer.code == "401 M_UNKNOWN_TOKEN")
    #expect(answer.response.error?.softLogout == true)
  }

  @Test func loggingOutEndsTheRefreshTokenToo() throws {
    #expect(try testClient.send(.post, "v3/logout", "{}", as: first.accessToken).code == "200 -")
    let answer = try refresh(first.refreshToken)
    #expect(answer.code == "401 M_UNKNOWN_TOKEN")
    #expect(answer.response.error?.softLogout == false)
  }

  @Test(arguments: [
    ("{}", "400 M_MISSING_PARAM"), (#"{"refresh_token":7}"#, "400 M_BAD_JSON"),
    (#"{"refresh_token":""}"#, "400 M_BAD_JSON"), (#"{"refresh_token":"made-up"}"#, "401 M_UNKNOWN_TOKEN"),
  ])
  func aBodyIsJudged(body: String, expected: String) throws {
    #expect(try testClient.send(.post, "r0/refresh", body).code == expected)
  }
}
