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
