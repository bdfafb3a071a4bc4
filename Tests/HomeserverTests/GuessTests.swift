import MatrixWire
import PorchlightTestSupport
import Ports
import Testing

@testable import Homeserver

/// Guesses at passwords, and the owner of the account in the midst of them.
struct GuessTests {
  private let home = Requester(address: "203.0.113.5", isSameUser: false)
  private let elsewhere = Requester(address: "203.0.113.99", isSameUser: false)

  /// Ann's account, with the limits as they are, and one attacker.
  private func testClient() throws -> TestClient {
    try TestClient { configuration in
      configuration.rateLimits = .none
      configuration.rateLimits.failedLogin = RateLimits().failedLogin
      configuration.rateLimits.login = RateLimits().login
    }
  }

  private func login(
    _ testClient: TestClient, _ password: String, from peer: Requester, device: String? = nil
  ) throws -> String {
    let device = device.map { #""device_id":"\#($0)","# } ?? ""
    let body =
      #"{"type":"m.login.password",\#(device)"identifier":{"type":"m.id.user","user":"ann"},"password":"\#(password)"}"#
    return try testClient.send(.post, "v3/login", body, from: peer).code
  }

  /// 20 wrong logins, from as many addresses as it takes.
  private func attack(_ testClient: TestClient, times: Int = 30) throws {
    for number in 0..<times {
      let peer = Requester(address: "192.0.2.\(number % 200)", isSameUser: false)
      let code = try login(testClient, "guess\(number)", from: peer)
      #expect(code == (number < 20 ? "403 M_FORBIDDEN" : "429 M_LIMIT_EXCEEDED"))
    }
  }

  @Test func twentyWrongLoginsDoNotLockTheOwnerOut() throws {
    let testClient = try testClient()
    _ = try testClient.register("ann", password: "pw")
    #expect(try login(testClient, "pw", from: home) == "200 -")
    try attack(testClient)
    for _ in 0..<5 { #expect(try login(testClient, "pw", from: home) == "200 -") }
    // A place of their own has a bucket of its own, and that one holds them too.
    for _ in 0..<20 { #expect(try login(testClient, "no", from: home) == "403 M_FORBIDDEN") }
    #expect(try login(testClient, "pw", from: home) == "429 M_LIMIT_EXCEEDED")
    testClient.simulation.advance(by: .seconds(10))
    #expect(try login(testClient, "pw", from: home) == "200 -")
  }

  @Test func strangersHaveNoMoreGuessesThanOneBucketHowManyAddressesTheyHave() throws {
    let testClient = try testClient()
    _ = try testClient.register("ann", password: "pw")
    try attack(testClient, times: 150)
    #expect(try login(testClient, "pw", from: elsewhere) == "429 M_LIMIT_EXCEEDED")
    testClient.simulation.advance(by: .seconds(10))
    #expect(try login(testClient, "no", from: elsewhere) == "403 M_FORBIDDEN")
    #expect(try login(testClient, "pw", from: elsewhere) == "429 M_LIMIT_EXCEEDED")
  }

  @Test func aDeviceOfTheAccountGetsInFromAnywhere() throws {
    let testClient = try testClient()
    let device = try testClient.register("ann", password: "pw").deviceID.orThrow("a device").rawValue
    try attack(testClient)
    #expect(try login(testClient, "pw", from: elsewhere, device: "OTHERDEVICE") == "429 M_LIMIT_EXCEEDED")
    #expect(try login(testClient, "pw", from: elsewhere, device: device) == "200 -")
  }

  @Test func guessesAtADeviceCountForTheirAddressToo() throws {
    let testClient = try testClient()
    let device = try testClient.register("ann", password: "pw").deviceID.orThrow("a device").rawValue
    for _ in 0..<20 {
      #expect(try login(testClient, "no", from: elsewhere, device: device) == "403 M_FORBIDDEN")
    }
    #expect(try testClient.login("bob", "pw").code == "403 M_FORBIDDEN")
    let other = Requester(address: "203.0.113.98", isSameUser: false)
    #expect(try login(testClient, "pw", from: other, device: device) == "429 M_LIMIT_EXCEEDED")
    #expect(try login(testClient, "pw", from: elsewhere) == "429 M_LIMIT_EXCEEDED", "its address is spent")
    #expect(try login(testClient, "pw", from: other) == "200 -", "the account is not")
  }

  @Test func aDeviceThatCouldBeGuessedIsNoProof() throws {
    let testClient = try testClient()
    _ = try testClient.register("ann", password: "pw", more: #""device_id":"TTY","#)
    try attack(testClient)
    #expect(try login(testClient, "pw", from: elsewhere, device: "TTY") == "429 M_LIMIT_EXCEEDED")
  }

  @Test func whereverAccountsAreUsedFromIsKnown() throws {
    let testClient = try testClient()
    let token = try testClient.token("ann", password: "pw")
    _ = try testClient.send(.get, "v3/account/whoami", as: token, from: home)
    _ = try testClient.send(.get, "v3/account/whoami", as: AccessToken("made-up"), from: elsewhere)
    try attack(testClient)
    #expect(try login(testClient, "pw", from: elsewhere) == "429 M_LIMIT_EXCEEDED")
    #expect(try login(testClient, "pw", from: home) == "200 -")
  }

  @Test func guessesDoNotKeepASessionFromItsPassword() throws {
    let testClient = try testClient()
    let token = try testClient.token("ann", password: "pw")
    try attack(testClient)
    func remove(_ password: String) throws -> String {
      let body = #"{"auth":{"type":"m.login.password","password":"\#(password)"}}"#
      return try testClient.send(.delete, "v3/devices/OLD", body, as: token, from: elsewhere).code
    }
    #expect(try remove("pw") == "200 -")
    // A thief of the token guesses no more often than others.
    for _ in 0..<20 { #expect(try remove("no") == "401 M_FORBIDDEN") }
    #expect(try remove("pw") == "429 M_LIMIT_EXCEEDED")
  }

  @Test func aRefusalByOneBucketIsChargedToNone() throws {
    let testClient = try testClient()
    _ = try testClient.register("ann", password: "pw")
    _ = try testClient.register("bob", password: "pw")
    try attack(testClient)
    for _ in 0..<100 { #expect(try login(testClient, "pw", from: elsewhere) == "429 M_LIMIT_EXCEEDED") }
    let body = #"{"type":"m.login.password","identifier":{"type":"m.id.user","user":"bob"},"password":"pw"}"#
    #expect(try testClient.send(.post, "v3/login", body, from: elsewhere).code == "200 -")
  }

  @Test func aFewPlacesOfAnAccountAreKnownAndNoMore() throws {
    let ann = try UserID("@ann:harbor.example").orThrow("user")
    var places = KnownPlaces()
    func address(_ number: Int) -> RateLimiter.Subject { .address("\(number)") }
    for number in 0..<1_000 {
      places.insert(address(0), of: ann)
      places.insert(address(number), of: ann)
    }
    #expect((0..<1_000).count { places.contains(address($0), of: ann) } == 8)
    #expect(places.contains(address(0), of: ann))
    #expect(places.contains(address(999), of: ann))
  }
}
