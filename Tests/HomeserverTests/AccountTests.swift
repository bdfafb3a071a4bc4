import Homeserver
import MatrixWire
import PorchlightTestSupport
import Testing

/// Registration (Protocol 2.3).
struct AccountTests {
  private let dummy = #""auth":{"type":"m.login.dummy"}"#

  private func challenge(_ answer: Answer) throws -> AuthenticationChallenge {
    #expect(answer.status == 401)
    return try answer.decoded()
  }

  // MARK: Open

  @Test func aRegistrationAnswersWithAWorkingSession() throws {
    let testClient = try TestClient()
    let credentials = try testClient.register("Ann", password: "pw", more: #""device_id":"TTY","#)
    #expect(credentials.userID.rawValue == "@ann:harbor.example")
    #expect(credentials.deviceID?.rawValue == "TTY")
    #expect(credentials.homeServer == testClient.server.name)
    #expect(credentials.refreshToken == nil)
    #expect(credentials.expiresIn == nil)
    #expect(try testClient.whoIs(credentials.accessToken) == "@ann:harbor.example")
  }

  @Test func registrationGoesByAStageAndItsSession() throws {
    let testClient = try TestClient()
    let opened = try challenge(try testClient.send(.post, "v3/register", #"{"username":"ann"}"#))
    #expect(opened.flows.map(\.stages) == [["m.login.dummy"]])
    #expect(opened.code == nil)
    let auth = #""auth":{"type":"m.login.dummy","session":"\#(opened.session)"}"#
    #expect(try testClient.send(.post, "v3/register", #"{"username":"ann",\#(auth)}"#).code == "200 -")
  }

  @Test func aSessionOfAuthenticationEndsAfterAQuarterOfAnHour() throws {
    let testClient = try TestClient()
    let opened = try challenge(try testClient.send(.post, "v3/register", #"{"username":"ann"}"#))
    testClient.simulation.advance(by: .seconds(15 * 60 + 1))
    let auth = #""auth":{"type":"m.login.dummy","session":"\#(opened.session)"}"#
    let late = try challenge(try testClient.send(.post, "v3/register", #"{"username":"ann",\#(auth)}"#))
    #expect(late.code == .unauthorized)
    #expect(late.session != opened.session)
    #expect(late.completed == [])
  }

  @Test func aSessionWithoutATypeOnlyAsksHowFarItIs() throws {
    let testClient = try TestClient()
    let opened = try challenge(try testClient.send(.post, "v3/register", #"{"username":"ann"}"#))
    let asked = try challenge(
      try testClient.send(
        .post, "v3/register", #"{"username":"ann","auth":{"session":"\#(opened.session)"}}"#))
    #expect(asked.session == opened.session)
    #expect(asked.code == nil)
  }

  @Test func registrationWithoutALoginMakesNoSession() throws {
    let testClient = try TestClient()
    let credentials = try testClient.register("ann", password: "pw", more: #""inhibit_login":true,"#)
    #expect(credentials.accessToken == nil)
    #expect(credentials.deviceID == nil)
    #expect(try testClient.login("ann", "pw").code == "200 -")
  }

  @Test func theNameIsJudgedBeforeAnythingElse() throws {
    let testClient = try TestClient()
    _ = try testClient.register("ann")
    for body in [#"{"username":"ANN"}"#, #"{"username":"ann","password":"",\#(dummy)}"#] {
      #expect(try testClient.send(.post, "v3/register", body).code == "400 M_USER_IN_USE")
    }
    #expect(try testClient.send(.post, "v3/register", #"{"username":"ä"}"#).code == "400 M_INVALID_USERNAME")
  }

  /// Unicode's lower case of U+212A, the Kelvin sign, is `k`.
  @Test(arguments: ["\u{212A}im", "ann\u{130}", "\u{17F}am", "\u{FF21}nn"])
  func aNameIsNotFoldedIntoSomebodyElses(name: String) throws {
    let testClient = try TestClient()
    let body = #"{"username":"\#(name)",\#(dummy)}"#
    #expect(try testClient.send(.post, "v3/register", body).code == "400 M_INVALID_USERNAME")
    #expect(
      try testClient.send(.post, "r0/register", #"{"username":"\#(name)"}"#).code == "400 M_INVALID_USERNAME")
  }

  @Test(arguments: [(1, "200 -"), (1024, "200 -"), (1025, "400 M_TOO_LARGE"), (0, "400 M_WEAK_PASSWORD")])
  func aPasswordHasALength(length: Int, expected: String) throws {
    let password = String(repeating: "x", count: length)
    let body = #"{"username":"ann","password":"\#(password)",\#(dummy)}"#
    #expect(try TestClient().send(.post, "v3/register", body).code == expected)
  }

  @Test(arguments: [
    ("guest", "403 M_GUEST_ACCESS_FORBIDDEN"), ("user", "200 -"), ("cat", "400 M_INVALID_PARAM"),
  ])
  func thereAreNoGuests(kind: String, expected: String) throws {
    let answer = try TestClient().send(
      .post, "v3/register", #"{"username":"ann",\#(dummy)}"#, query: [.init("kind", kind)])
    #expect(answer.code == expected)
  }

  @Test func ofTwoWhoWantANameAtOnceOneGetsIt() throws {
    let testClient = try TestClient()
    let homeserver = testClient.server.homeserver
    let body = Array(#"{"username":"ann","password":"pw",\#(dummy)}"#.utf8)
    let statuses = try testClient.simulation.run {
      await withTaskGroup(of: Int.self) { group in
        for _ in 0..<8 {
          group.addTask {
            await homeserver.respond(
              to: WireRequest(.post, ClientAPI.standard("register"), body: body), from: .inProcess
            )
            .status
          }
        }
        return await group.reduce(into: [Int]()) { $0.append($1) }
      }
    }
    #expect(statuses.sorted() == [200] + Array(repeating: 400, count: 7))
  }

  @Test func aRegistrationThatCouldNotBeStoredMayBeTriedAgain() throws {
    let store = FullStore()
    let testClient = try TestClient(store: store)
    let opened = try challenge(try testClient.send(.post, "v3/register", #"{"username":"ann"}"#))
    let auth = #""auth":{"type":"m.login.dummy","session":"\#(opened.session)"}"#
    store.fill()
    #expect(try testClient.send(.post, "v3/register", #"{"username":"ann",\#(auth)}"#).status == 503)
    store.fill(false)
    #expect(try testClient.send(.post, "v3/register", #"{"username":"ann",\#(auth)}"#).code == "200 -")
    #expect(try testClient.send(.post, "v3/register", #"{"username":"bob",\#(auth)}"#).status == 401)
  }

  // MARK: With a token, and closed

  @Test func withARegistrationTokenOnlyWhoHasItGetsIn() throws {
    let testClient = try TestClient { $0.registration = .token("open sesame") }
    let opened = try challenge(try testClient.send(.post, "v3/register", #"{"username":"ann"}"#))
    #expect(opened.flows.map(\.stages) == [["m.login.registration_token"]])
    func register(_ auth: String) throws -> Answer {
      try testClient.send(
        .post, "v3/register", #"{"username":"ann","auth":{"session":"\#(opened.session)",\#(auth)}}"#)
    }
    for wrong in [
      #""type":"m.login.registration_token","token":"open""#, #""type":"m.login.registration_token""#,
      #""type":"m.login.registration_token","token":"""#, #""type":"m.login.dummy""#,
    ] {
      let refused = try challenge(try register(wrong))
      #expect(refused.session == opened.session)
      #expect(refused.code == .unauthorized)
      #expect(refused.completed == [])
    }
    #expect(try register(#""type":"m.login.registration_token","token":"open sesame""#).code == "200 -")
  }

  @Test func aClosedServerSaysNothingOfNames() throws {
    let testClient = try TestClient { configuration in
      configuration.registration = .closed
      configuration.localLogin = true
    }
    _ = try testClient.send(
      .post, "v3/login",
      #"{"type":"chat.porchlight.login.local","identifier":{"type":"m.id.user","user":"ann"}}"#)
    let known = try testClient.send(.post, "v3/register", #"{"username":"ann",\#(dummy)}"#)
    let unknown = try testClient.send(.post, "v3/register", #"{"username":"bob",\#(dummy)}"#)
    #expect(known.code == "403 M_FORBIDDEN")
    #expect(known.response == unknown.response)
    #expect(try testClient.send(.get, "v3/register").code == "403 M_FORBIDDEN")
  }

  // MARK: The form of 2014

  @Test(arguments: [
    (#"{"type":"m.login.password","user":"Bob","password":"pw"}"#, "200 -"),
    (#"{"type":"m.login.dummy","user":"bob","password":"pw"}"#, "200 -"),
    (#"{"type":"m.login.password","username":"bob","password":"pw"}"#, "200 -"),
    (#"{"type":"m.login.password","user":"bob"}"#, "400 M_MISSING_PARAM"),
    (#"{"type":"m.login.email","user":"bob","password":"pw"}"#, "400 M_UNKNOWN"),
    (#"{"username":"bob","password":"pw","auth":{"type":"m.login.dummy"}}"#, "200 -"),
  ])
  func theFirstFormOfRegistrationIsTaken(body: String, expected: String) throws {
    let answer = try TestClient().send(.post, "api/v1/register", body)
    #expect(answer.code == expected)
    if answer.status == 200 {
      #expect(answer.text.contains(#""home_server":"harbor.example""#))
      #expect(answer.text.contains(#""user_id":"@bob:harbor.example""#))
    }
  }

  @Test func theFirstFormIsNoWayAroundATokenOrTheCurrentForm() throws {
    let body = #"{"type":"m.login.password","user":"bob","password":"pw"}"#
    let guarded = try TestClient { $0.registration = .token("t") }
    #expect(try guarded.send(.post, "api/v1/register", body).code == "403 M_FORBIDDEN")
    #expect(try TestClient().send(.post, "v3/register", body).status == 401)
  }

  @Test func theFlowsOfRegistrationAreListed() throws {
    let flows = try TestClient().send(.get, "api/v1/register").decoded(FlowsAnswer.self).flows
    #expect(flows.map(\.type) == ["m.login.dummy", "m.login.password"])
    #expect(flows.first?.stages == ["m.login.dummy"])
  }

  @Test func theVersionsAreThoseServed() throws {
    let answer = try TestClient().send(.get, "versions").decoded(VersionsAnswer.self)
    #expect(answer.versions == ["r0.0.1", "r0.6.1", "v1.1"])
    #expect(
      answer.unstableFeatures == [
        "chat.porchlight": true, "chat.porchlight.hidden": true, "chat.porchlight.free_for_chat": true,
        "uk.tcpip.msc4133.stable": true,
      ])
  }
}
