import Homeserver
import MatrixWire
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Testing

/// Login in its forms (Protocol 2.2).
struct LoginTests {
  @Test(arguments: [
    ("v3", #""identifier":{"type":"m.id.user","user":"bob"},"password":"pw""#, "200 -"),
    ("v3", #""identifier":{"type":"m.id.user","user":"@bob:harbor.example"},"password":"pw""#, "200 -"),
    ("r0", #""user":"bob","password":"pw","device_id":"D""#, "200 -"),
    ("api/v1", #""user":"@bob:harbor.example","password":"pw""#, "200 -"),
    ("api/v1", #""user":"BOB","password":"pw""#, "200 -"),
    (
      "v3", #""identifier":{"type":"m.id.user","user":"carol"},"user":"bob","password":"pw""#,
      "403 M_FORBIDDEN"
    ),
    (
      "v3", #""identifier":{"type":"m.id.user","user":"@bob:else.example"},"password":"pw""#,
      "403 M_FORBIDDEN"
    ),
    ("v3", #""identifier":{"type":"m.id.phone","user":"bob"},"password":"pw""#, "400 M_UNKNOWN"),
    ("v3", #""identifier":{"type":"m.id.user"},"password":"pw""#, "400 M_MISSING_PARAM"),
    ("v3", #""identifier":{"type":"m.id.user","user":"bob"}"#, "400 M_MISSING_PARAM"),
    ("v3", #""password":"pw""#, "400 M_MISSING_PARAM"),
    ("v3", #""user":"bob","password":7"#, "400 M_BAD_JSON"),
    ("v3", #""user":"bob","password":"pw","device_id":"""#, "400 M_BAD_JSON"),
  ])
  func aLoginIsJudged(version: String, fields: String, expected: String) throws {
    let testClient = try TestClient()
    _ = try testClient.register("bob", password: "pw")
    let answer = try testClient.send(.post, "\(version)/login", #"{"type":"m.login.password",\#(fields)}"#)
    #expect(answer.code == expected)
    guard answer.status == 200 else { return }
    let credentials = try answer.decoded(Credentials.self)
    #expect(credentials.userID.rawValue == "@bob:harbor.example")
    #expect(answer.text.contains(#""home_server":"harbor.example""#))
    #expect(try testClient.whoIs(credentials.accessToken) == "@bob:harbor.example")
  }

  @Test(arguments: [
    (#"{"type":"m.login.token","token":"t"}"#, "400 M_UNKNOWN"), (#"{"user":"bob"}"#, "400 M_MISSING_PARAM"),
    ("{}", "400 M_MISSING_PARAM"), ("", "400 M_NOT_JSON"),
  ])
  func anotherTypeOfLoginIsRefused(body: String, expected: String) throws {
    #expect(try TestClient().send(.post, "v3/login", body).code == expected)
  }

  @Test(arguments: ["nobody", "bob", "passwordless", "@@", "a b", "", ":", "@nobody:harbor.example"])
  func whoeverMayNotLogInHearsTheSame(name: String) throws {
    let testClient = try TestClient()
    _ = try testClient.register("bob", password: "pw")
    _ = try testClient.register("passwordless")
    let expected = try testClient.login("bob", "wrong").response
    #expect(try testClient.login(name, "wrong!").response == expected)
    #expect(expected.status == 403)
  }

  @Test func everyPasswordIsVerifiedAgainstSomething() throws {
    let log = VerifyLog()
    let simulation = Simulation()
    let server = Homeserver(
      .init(name: try ServerName("harbor.example").orThrow("name")), secrets: log, time: simulation.time,
      random: SeededGenerator(seed: 1))
    for name in ["nobody", "@nobody:harbor.example", "a b"] {
      let request = ClientAPI.login(
        LoginRequest(type: "m.login.password", identifier: .user(name), password: "pw"))
      #expect(try simulation.run { await server.respond(to: request, from: .inProcess).status } == 403)
    }
    #expect(log.hashes.value == [nil, nil, nil])
  }

  @Test func whoeverFindsTooManyWaitingIsAskedToComeBack() throws {
    let simulation = Simulation()
    let server = Homeserver(
      .init(name: try ServerName("harbor.example").orThrow("name")), secrets: Overworked(.busy),
      time: simulation.time, random: SeededGenerator(seed: 1))
    let request = ClientAPI.login(
      LoginRequest(type: "m.login.password", identifier: .user("ann"), password: "pw"))
    let answer = Answer(response: try simulation.run { await server.respond(to: request, from: .inProcess) })
    #expect(answer.code == "429 M_LIMIT_EXCEEDED")
    #expect(answer.response.header("retry-after") == "2")
  }

  @Test func aPasswordThatCannotBeHashedMakesNoAccount() throws {
    let simulation = Simulation()
    let server = Homeserver(
      .init(name: try ServerName("harbor.example").orThrow("name")), secrets: Overworked(.failed),
      time: simulation.time, random: SeededGenerator(seed: 1))
    func register(_ more: String) throws -> Int {
      let body = Array(#"{"username":"ann",\#(more)"auth":{"type":"m.login.dummy"}}"#.utf8)
      let request = WireRequest(.post, ClientAPI.standard("register"), body: body)
      return try simulation.run { await server.respond(to: request, from: .inProcess).status }
    }
    #expect(try register(#""password":"pw","#) == 503)
    #expect(try register("") == 200)
  }

  @Test func aLoginOnADeviceEndsItsSessionBefore() throws {
    let testClient = try TestClient()
    let first = try testClient.register("bob", password: "pw", more: #""device_id":"TTY","#)
    let other = try testClient.login("bob", "pw").decoded(Credentials.self)
    let second = try testClient.login("bob", "pw", more: #""device_id":"TTY","#).decoded(Credentials.self)
    #expect(second.deviceID == first.deviceID)
    #expect(try testClient.whoIs(first.accessToken) == "401 M_UNKNOWN_TOKEN")
    #expect(try testClient.whoIs(second.accessToken) == "@bob:harbor.example")
    #expect(try testClient.whoIs(other.accessToken) == "@bob:harbor.example")
  }

  @Test func theStreamOfASessionThatWasReplacedEnds() throws {
    let testClient = try TestClient()
    let client = testClient.server.client
    let ann = try testClient.simulation.run {
      try await client.register(username: "ann", password: "pw", deviceID: DeviceID("TTY"))
    }
    let screen = testClient.server.connect(ann)
    let again = try testClient.simulation.run {
      try await client.login(user: "ann", password: "pw", deviceID: DeviceID("TTY"))
    }
    testClient.simulation.advance(by: .seconds(1))
    #expect(screen.failure?.code == .loggedOut)
    let whole = testClient.server.connect(again)
    testClient.simulation.advance(by: .seconds(1))
    #expect(whole.failure == nil)
  }

  @Test func onlyANewDeviceTakesTheNameOfferedForIt() throws {
    let testClient = try TestClient()
    let first = try testClient.register(
      "bob", password: "pw", more: #""device_id":"TTY","initial_device_display_name":"one","#)
    _ = first
    let second = try testClient.login(
      "bob", "pw", more: #""device_id":"TTY","initial_device_display_name":"two","#)
    let token = try second.decoded(Credentials.self).accessToken
    #expect(try testClient.send(.get, "v3/devices/TTY", as: token).text.contains(#""display_name":"one""#))
  }

  @Test func aTokenNobodyHasSaysThatTheSessionIsGone() throws {
    let answer = try TestClient().send(.get, "v3/devices", as: AccessToken("made-up"))
    #expect(answer.code == "401 M_UNKNOWN_TOKEN")
    #expect(answer.response.error?.softLogout == false)
  }

  // MARK: On the same machine

  private let local =
    #"{"type":"chat.porchlight.login.local","identifier":{"type":"m.id.user","user":"bob"}}"#

  @Test func ownProcessesLogInWithoutAPassword() throws {
    let testClient = try TestClient { $0.localLogin = true }
    let first = try testClient.send(.post, "v3/login", local).decoded(Credentials.self)
    let second = try testClient.send(.post, "v3/login", local).decoded(Credentials.self)
    #expect(first.userID.rawValue == "@bob:harbor.example")
    #expect(first.deviceID != second.deviceID)
    #expect(try testClient.whoIs(first.accessToken) == "@bob:harbor.example")
    let status = try testClient.send(
      .get, "v3/presence/@bob:harbor.example/status", as: first.accessToken)
    #expect(status.code == "200 -")
  }

  @Test(arguments: [
    (true, Requester(address: "127.0.0.1", isSameUser: false)),
    (true, Requester(address: nil, isSameUser: false)),
    (false, Requester.inProcess),
  ])
  func nobodyElseDoes(isOn: Bool, peer: Requester) throws {
    let testClient = try TestClient { $0.localLogin = isOn }
    #expect(try testClient.send(.post, "v3/login", local, from: peer).code == "403 M_FORBIDDEN")
    let flows = try testClient.send(.get, "v3/login", from: peer).decoded(FlowsAnswer.self)
    #expect(flows.flows.map(\.type) == ["m.login.password"])
  }

  @Test func theLocalLoginIsListedToWhomItIsOpen() throws {
    let flows = try TestClient { $0.localLogin = true }.send(.get, "r0/login").decoded(FlowsAnswer.self)
    #expect(flows.flows.map(\.type) == ["m.login.password", "chat.porchlight.login.local"])
  }

  @Test(arguments: ["\u{212A}im", "@\u{212A}im:harbor.example"])
  func theKelvinSignIsNoLetterOfAName(name: String) throws {
    let testClient = try TestClient { $0.localLogin = true }
    _ = try testClient.register("kim", password: "pw")
    #expect(try testClient.login("KIM", "pw").code == "200 -")
    #expect(try testClient.login(name, "pw").code == "403 M_FORBIDDEN")
    let body = #"{"type":"chat.porchlight.login.local","identifier":{"type":"m.id.user","user":"\#(name)"}}"#
    #expect(try testClient.send(.post, "v3/login", body).code == "400 M_INVALID_USERNAME")
  }

  @Test(arguments: ["a b", "", "@bob", "ä"])
  func aLocalLoginTakesTheNamesThatRegistrationTakes(name: String) throws {
    let body = #"{"type":"chat.porchlight.login.local","identifier":{"type":"m.id.user","user":"\#(name)"}}"#
    let testClient = try TestClient { $0.localLogin = true }
    #expect(try testClient.send(.post, "v3/login", body).code == "400 M_INVALID_USERNAME")
  }

  private func local(for milliseconds: Int) -> String {
    #"{"type":"chat.porchlight.login.local","identifier":{"type":"m.id.user","user":"ann"},"#
      + #""device_id":"SH","chat.porchlight.expires_in_ms":\#(milliseconds)}"#
  }

  @Test(arguments: [(7_200_000, 7_200_000), (1, 60_000), (-5, 60_000), (.max, 31_536_000_000)])
  func aLocalSessionEndsWhenItWasToldTo(wanted: Int, granted: Int) throws {
    let testClient = try TestClient { $0.localLogin = true }
    let session = try testClient.send(.post, "v3/login", local(for: wanted)).decoded(Credentials.self)
    #expect(session.expiresIn == granted)
    #expect(session.refreshToken == nil)
    testClient.simulation.advance(by: .milliseconds(granted - 1))
    #expect(try testClient.whoIs(session.accessToken) == "@ann:harbor.example")
    testClient.simulation.advance(by: .milliseconds(1))
    #expect(try testClient.whoIs(session.accessToken) == "401 M_UNKNOWN_TOKEN")
  }

  @Test func aPasswordSessionTakesNoEnd() throws {
    let testClient = try TestClient()
    _ = try testClient.register("bob", password: "pw")
    let more = #""chat.porchlight.expires_in_ms":60000,"#
    #expect(try testClient.login("bob", "pw", more: more).decoded(Credentials.self).expiresIn == nil)
  }

  @Test func devicesWhoseSessionsEndedAreGoneAfterAStart() throws {
    let store = MemoryPresenceStore()
    let first = try TestClient(store: store) { $0.localLogin = true }
    let ended = try first.send(.post, "v3/login", local(for: 60_000)).decoded(Credentials.self)
    let kept = try first.register("bob", more: #""refresh_token":true,"#)
    let endless = try first.send(.post, "v3/login", local).decoded(Credentials.self)
    first.simulation.advance(by: .seconds(2 * 3600))
    first.server.stop()
    let second = try TestClient(first.simulation, store: store, seed: 2) { $0.localLogin = true }
    first.simulation.settle()
    let devices = try first.simulation.run {
      try await store.load(for: ServerName("harbor.example").orThrow("name")).devices.map(\.id)
    }
    #expect(Set(devices.map(Optional.some)) == [kept.deviceID, endless.deviceID])
    #expect(try second.whoIs(ended.accessToken) == "401 M_UNKNOWN_TOKEN")
    #expect(try second.whoIs(endless.accessToken) == "@bob:harbor.example")
    let token = try kept.refreshToken.orThrow("a token").rawValue
    #expect(try second.send(.post, "v3/refresh", #"{"refresh_token":"\#(token)"}"#).code == "200 -")
  }

  @Test func twoProcessesAtOnceAreOnePerson() throws {
    let testClient = try TestClient { $0.localLogin = true }
    let homeserver = testClient.server.homeserver
    let body = Array(local.utf8)
    let statuses = try testClient.simulation.run {
      await withTaskGroup(of: Int.self) { group in
        for _ in 0..<4 {
          group.addTask {
            await homeserver.respond(
              to: WireRequest(.post, ClientAPI.standard("login"), body: body), from: .inProcess
            ).status
          }
        }
        return await group.reduce(into: [Int]()) { $0.append($1) }
      }
    }
    #expect(statuses == [200, 200, 200, 200])
  }
}

/// Notes what passwords were compared with.
private final class VerifyLog: SecretHasher {
  let hashes = Shelf()

  func hash(password: String) async throws(SecretHasherError) -> String { password }

  func verify(password: String, against hash: String?) async throws(SecretHasherError) -> Bool {
    hashes.append(hash)
    return false
  }

  func cost(of hash: String) -> String? { nil }

  var cost: String { "" }

  func authenticationCode(of message: [UInt8], key: [UInt8]) -> [UInt8] { key + message }

  func digest(of token: AccessToken) -> TokenDigest { TokenDigest(bytes: Array(token.rawValue.utf8)) }
}

/// Works on no password.
private struct Overworked: SecretHasher {
  let error: SecretHasherError

  init(_ error: SecretHasherError) { self.error = error }

  func hash(password: String) async throws(SecretHasherError) -> String { throw error }

  func verify(password: String, against hash: String?) async throws(SecretHasherError) -> Bool {
    throw error
  }

  func cost(of hash: String) -> String? { nil }

  var cost: String { "" }

  func authenticationCode(of message: [UInt8], key: [UInt8]) -> [UInt8] { key + message }

  func digest(of token: AccessToken) -> TokenDigest { TokenDigest(bytes: Array(token.rawValue.utf8)) }
}

private final class Shelf: Sendable {
  private let box = Box<[String?]>()

  var value: [String?] { box.value ?? [] }

  func append(_ hash: String?) { box.set(value + [hash]) }
}
