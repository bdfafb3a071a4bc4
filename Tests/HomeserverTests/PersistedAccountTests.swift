import Homeserver
import MatrixWire
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Testing

/// What was answered with 200 is there after a start, and what was not answered so was never there.
struct PersistedAccountTests {
  @Test func everythingIsThereAfterAStart() throws {
    let store = MemoryServerStore()
    let first = try TestClient(store: store)
    let ann = try first.register(
      "ann", password: "pw", more: #""device_id":"TTY","initial_device_display_name":"porch","#)
    let bob = try first.register("bob", more: #""refresh_token":true,"#)
    let gone = try first.login("ann", "pw", more: #""device_id":"GONE","#).decoded(Credentials.self)
    _ = try first.send(.post, "v3/logout", as: gone.accessToken)
    let user = "@ann:harbor.example"
    _ = try first.send(.put, "v3/profile/\(user)/displayname", #"{"displayname":"Ann"}"#, as: ann.accessToken)
    _ = try first.send(.put, "v3/user/\(user)/account_data/m.direct", #"{"a":1}"#, as: ann.accessToken)
    _ = try first.send(.post, "v3/user/\(user)/filter", #"{"presence":{"types":[]}}"#, as: ann.accessToken)
    _ = try first.send(.put, "v3/devices/TTY", #"{"display_name":"couch"}"#, as: ann.accessToken)
    first.server.stop()

    let second = try TestClient(first.simulation, store: store, seed: 2)
    #expect(try second.whoIs(ann.accessToken) == user)
    #expect(try second.whoIs(gone.accessToken) == "401 M_UNKNOWN_TOKEN")
    #expect(try second.login("ann", "pw").code == "200 -")
    #expect(try second.login("ann", "no").code == "403 M_FORBIDDEN")
    #expect(try second.send(.post, "v3/register", #"{"username":"ann"}"#).code == "400 M_USER_IN_USE")
    #expect(try second.send(.get, "v3/profile/\(user)").text == #"{"displayname":"Ann"}"#)
    #expect(
      try second.send(.get, "v3/devices/TTY", as: ann.accessToken).text
        .hasPrefix(#"{"device_id":"TTY","display_name":"couch","#))
    #expect(
      try second.send(.get, "v3/user/\(user)/account_data/m.direct", as: ann.accessToken).text == #"{"a":1}"#)
    let sync = try second.send(.get, "v3/sync", as: ann.accessToken, query: [.init("filter", "1")])
    #expect(sync.code == "200 -")
    #expect(
      try second.send(.post, "v3/user/\(user)/filter", "{}", as: ann.accessToken).text
        == #"{"filter_id":"2"}"#)
    #expect(try second.send(.get, "v3/presence/\(user)/status", as: ann.accessToken).code == "200 -")
    let token = try bob.refreshToken.orThrow("token").rawValue
    #expect(try second.send(.post, "v3/refresh", #"{"refresh_token":"\#(token)"}"#).code == "200 -")
  }

  @Test func generationsGoOnAfterAStart() throws {
    let store = MemoryServerStore()
    let first = try TestClient(store: store)
    let old = try first.register("ann", more: #""refresh_token":true,"#)
    let token = try old.refreshToken.orThrow("token").rawValue
    let new = try first.send(.post, "v3/refresh", #"{"refresh_token":"\#(token)"}"#).decoded(
      RefreshAnswer.self)
    first.server.stop()
    let second = try TestClient(first.simulation, store: store, seed: 2)
    #expect(try second.whoIs(old.accessToken) == "@ann:harbor.example")
    #expect(try second.whoIs(new.accessToken) == "@ann:harbor.example")
    #expect(try second.whoIs(old.accessToken) == "401 M_UNKNOWN_TOKEN")
    second.server.stop()
    let third = try TestClient(first.simulation, store: store, seed: 3)
    #expect(try third.whoIs(old.accessToken) == "401 M_UNKNOWN_TOKEN")
    #expect(try third.whoIs(new.accessToken) == "@ann:harbor.example")
  }

  @Test func noTokenAndNoPasswordIsStoredAsItIs() throws {
    let log = ChangeLog()
    let simulation = Simulation()
    let server = Homeserver(
      .init(name: try ServerName("harbor.example").orThrow("name")), store: log, secrets: Scrambler(),
      time: simulation.time, random: SeededGenerator(seed: 1))
    let body =
      #"{"username":"ann","password":"topsecret","refresh_token":true,"auth":{"type":"m.login.dummy"}}"#
    let request = WireRequest(.post, ClientAPI.standard("register"), body: Array(body.utf8))
    let credentials = try WireJSON.decode(
      Credentials.self, from: try simulation.run { await server.respond(to: request, from: .inProcess).body })
    let stored = log.text.value ?? ""
    #expect(stored.contains("@ann:harbor.example"))
    #expect(!stored.contains("topsecret"))
    for token in [credentials.accessToken, credentials.refreshToken] {
      let token = try token.orThrow("token").rawValue
      #expect(!stored.contains(token))
      #expect(!stored.contains("\(Array(token.utf8))"))
    }
    // One commit: no account without its presence, no session without its account.
    #expect(log.commits.value == 1)
  }

  @Test func aFullDiskChangesNothing() throws {
    let store = FullStore()
    let testClient = try TestClient(store: store)
    let ann = try testClient.register(
      "ann", password: "pw", more: #""device_id":"TTY","refresh_token":true,"#)
    let user = "@ann:harbor.example"
    _ = try testClient.send(
      .put, "v3/profile/\(user)/displayname", #"{"displayname":"Ann"}"#, as: ann.accessToken)
    let refresh = try ann.refreshToken.orThrow("token").rawValue
    store.fill()
    func refused(_ method: WireRequest.Method, _ path: String, _ body: String) throws {
      let answer = try testClient.send(method, path, body, as: ann.accessToken)
      #expect(answer.code == "503 M_UNKNOWN", "\(method) \(path)")
    }
    let registration = #"{"username":"bob","auth":{"type":"m.login.dummy"}}"#
    try refused(.post, "v3/register", registration)
    try refused(
      .post, "v3/login", #"{"type":"m.login.password","user":"ann","password":"pw","device_id":"TTY"}"#)
    try refused(.post, "v3/refresh", #"{"refresh_token":"\#(refresh)"}"#)
    try refused(.post, "v3/logout", "")
    try refused(.post, "v3/logout/all", "")
    try refused(.put, "v3/devices/TTY", #"{"display_name":"x"}"#)
    try refused(
      .delete, "v3/devices/TTY", #"{"auth":{"type":"m.login.password","user":"ann","password":"pw"}}"#)
    try refused(.put, "v3/profile/\(user)/displayname", #"{"displayname":"Eve"}"#)
    try refused(.put, "v3/user/\(user)/account_data/m.direct", "{}")
    try refused(.post, "v3/user/\(user)/filter", "{}")
    try refused(.put, "v3/presence/\(user)/status", #"{"presence":"busy","status_msg":"lost"}"#)
    try refused(.post, "v3/presence/list/\(user)", #"{"invite":["@bob:harbor.example"]}"#)

    let status = try testClient.send(.get, "v3/presence/\(user)/status", as: ann.accessToken)
    #expect(status.code == "200 -" && !status.text.contains("lost"))
    #expect(try testClient.send(.get, "v3/presence/list/\(user)", as: ann.accessToken).text == "[]")
    #expect(try testClient.whoIs(ann.accessToken) == user)
    #expect(
      try testClient.send(.get, "v3/devices", as: ann.accessToken).text
        .hasPrefix(#"{"devices":[{"device_id":"TTY","display_name":null,"#))
    #expect(try testClient.send(.get, "v3/profile/\(user)").text == #"{"displayname":"Ann"}"#)
    #expect(
      try testClient.send(.get, "v3/user/\(user)/account_data/m.direct", as: ann.accessToken).code
        == "404 M_NOT_FOUND")
    #expect(
      try testClient.send(.get, "v3/user/\(user)/filter/1", as: ann.accessToken).code == "404 M_NOT_FOUND")
    store.fill(false)
    #expect(try testClient.send(.post, "v3/register", registration).code == "200 -")
    #expect(try testClient.send(.post, "v3/refresh", #"{"refresh_token":"\#(refresh)"}"#).code == "200 -")
  }

  /// The first use of a new token ends the old one; where that cannot be stored, the request goes on.
  @Test func readingGoesOnWhileTheDiskIsFull() throws {
    let store = FullStore()
    let testClient = try TestClient(store: store)
    let old = try testClient.register("ann", more: #""refresh_token":true,"#)
    let token = try old.refreshToken.orThrow("token").rawValue
    let new = try testClient.send(.post, "v3/refresh", #"{"refresh_token":"\#(token)"}"#).decoded(
      RefreshAnswer.self)
    store.fill()
    #expect(try testClient.whoIs(new.accessToken) == "@ann:harbor.example")
    #expect(try testClient.whoIs(old.accessToken) == "@ann:harbor.example")
    store.fill(false)
    #expect(try testClient.whoIs(new.accessToken) == "@ann:harbor.example")
    #expect(try testClient.whoIs(old.accessToken) == "401 M_UNKNOWN_TOKEN")
  }
}

/// Writes down what it is given.
private final class ChangeLog: RelayingStore {
  let base = MemoryServerStore()
  let text = Box<String>()
  let commits = Box<Int>()

  func commit(_ changes: [StoreChange]) async throws(StoreError) {
    text.set((text.value ?? "") + "\(changes)")
    commits.set((commits.value ?? 0) + 1)
  }
}

/// Keeps nothing as it is.
private struct Scrambler: SecretHasher {
  func hash(password: String) async throws(SecretHasherError) -> String { String(password.reversed()) }

  func verify(password: String, against hash: String?) async throws(SecretHasherError) -> Bool { false }

  func cost(of hash: String) -> String? { nil }

  var cost: String { "" }

  func authenticationCode(of message: [UInt8], key: [UInt8]) -> [UInt8] { key + message }

  func digest(of token: AccessToken) -> TokenDigest { TokenDigest(bytes: token.rawValue.utf8.reversed()) }
}
