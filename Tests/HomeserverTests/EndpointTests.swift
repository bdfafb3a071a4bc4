import Homeserver
import MatrixWire
import PorchlightSDK
import PorchlightTestSupport
import Testing

/// Statuses and error codes, request by request.
struct EndpointTests {
  let simulation = Simulation()
  let server: TestHomeserver

  init() throws { server = try TestHomeserver(simulation) }

  private func answer(
    _ method: WireRequest.Method, _ path: [String], _ body: String = "", token: AccessToken? = nil,
    query: [WireRequest.QueryItem] = []
  ) throws -> WireResponse {
    try server.respond(
      to: WireRequest(method, path, query: query, accessToken: token, body: Array(body.utf8)))
  }

  private func code(_ response: WireResponse) -> String {
    "\(response.status) \(response.error?.code.rawValue ?? "-")"
  }

  @Test func versionsAdvertisesTheExtensions() throws {
    let versions = try simulation.run { [client = server.client] in try await client.versions() }
    #expect(versions.hasPresenceLists)
  }

  @Test(arguments: [
    (["_matrix", "client", "v3", "nothing"], "404 M_UNRECOGNIZED"),
    (["_matrix", "federation", "v1", "version"], "404 M_UNRECOGNIZED"),
    ([], "404 M_UNRECOGNIZED"),
    (["_matrix", "client", "v3", "presence", "not a user", "status"], "400 M_INVALID_PARAM"),
    (["_matrix", "client", "v3", "presence", "@a:b", "status", "more"], "404 M_UNRECOGNIZED"),
    (["_matrix", "client", "v3", "presence", "@a:harbor.example", "status"], "401 M_MISSING_TOKEN"),
    (["_matrix", "client", "v3", "profile", "@nobody:harbor.example"], "404 M_NOT_FOUND"),
  ])
  func aPathIsRefusedWithTheStandardError(_ path: [String], _ expected: String) throws {
    #expect(code(try answer(.get, path)) == expected)
  }

  @Test func aMethodAnEndpointDoesNotTakeIsRefused() throws {
    #expect(code(try answer(.post, ClientAPI.standard("sync"))) == "405 M_UNRECOGNIZED")
  }

  @Test func anUnknownTokenIsRefused() throws {
    let token = try #require(AccessToken("made-up"))
    #expect(
      code(try answer(.get, ClientAPI.standard("account", "whoami"), token: token)) == "401 M_UNKNOWN_TOKEN")
  }

  @Test(arguments: [
    ("not json", "400 M_NOT_JSON"),
    ("", "400 M_NOT_JSON"),
    ("[]", "400 M_BAD_JSON"),
    ("{}", "400 M_MISSING_PARAM"),
    (#"{"presence":1}"#, "400 M_BAD_JSON"),
    (#"{"presence":"sleeping"}"#, "400 M_INVALID_PARAM"),
    (#"{"presence":"unknown"}"#, "400 M_INVALID_PARAM"),
    (#"{"presence":"online","status_msg":7}"#, "400 M_BAD_JSON"),
    (#"{"presence":"online","status_msg":null}"#, "200 -"),
    (#"{"presence":"online","whatever":[1,2]}"#, "200 -"),
    (#"{"presence":"org.matrix.msc3026.busy"}"#, "200 -"),
  ])
  func aStatusBodyIsJudged(_ body: String, _ expected: String) throws {
    let token = try server.token(of: "ann")
    let path = ClientAPI.standard("presence", "@ann:harbor.example", "status")
    #expect(code(try answer(.put, path, body, token: token)) == expected)
  }

  @Test(arguments: [(1024, "200 -"), (1025, "400 M_TOO_LARGE"), (70_000, "413 M_TOO_LARGE")])
  func aStatusTextHasALimit(_ bytes: Int, _ expected: String) throws {
    let body = #"{"presence":"online","status_msg":"\#(String(repeating: "a", count: bytes))"}"#
    let token = try server.token(of: "ann")
    let path = ClientAPI.standard("presence", "@ann:harbor.example", "status")
    #expect(code(try answer(.put, path, body, token: token)) == expected)
  }

  @Test(arguments: ["[", #"{"a":"#])
  func deepNestingIsRefused(_ opening: String) throws {
    let body = String(repeating: opening, count: 10_000)
    let token = try server.token(of: "ann")
    let path = ClientAPI.standard("presence", "@ann:harbor.example", "status")
    #expect(code(try answer(.put, path, body, token: token)) == "400 M_NOT_JSON")
  }

  @Test func anotherPersonsStatusCannotBeSet() throws {
    let token = try server.token(of: "ann")
    _ = try server.register("bob")
    let path = ClientAPI.standard("presence", "@bob:harbor.example", "status")
    #expect(code(try answer(.put, path, #"{"presence":"online"}"#, token: token)) == "403 M_FORBIDDEN")
  }

  @Test(arguments: [
    ("timeout", "soon", "400 M_INVALID_PARAM"),
    ("timeout", "-5", "200 -"),
    ("set_presence", "busy", "400 M_INVALID_PARAM"),
    ("set_presence", "unavailable", "200 -"),
    ("filter", "1", "400 M_INVALID_PARAM"),
    ("filter", "{", "400 M_NOT_JSON"),
    ("filter", #"{"presence":{"types":[]}}"#, "200 -"),
    ("filter", #"{"presence":{"types":"all"}}"#, "400 M_BAD_JSON"),
    ("since", "p99999", "400 M_INVALID_PARAM"),
    ("since", "", "400 M_INVALID_PARAM"),
  ])
  func aPollParameterIsJudged(_ name: String, _ value: String, _ expected: String) throws {
    let token = try server.token(of: "ann")
    let response = try answer(
      .get, ClientAPI.standard("sync"), token: token, query: [.init(name, value)])
    #expect(code(response) == expected)
  }

  @Test(arguments: [
    (#"{"username":"Ann"}"#, "401 -"),
    (#"{"username":"ann","auth":{"type":"m.login.dummy"}}"#, "200 -"),
    (#"{"auth":{"type":"m.login.dummy"}}"#, "200 -"),
    (#"{"username":"taken","auth":{"type":"m.login.dummy"}}"#, "400 M_USER_IN_USE"),
    (#"{"username":"TAKEN"}"#, "400 M_USER_IN_USE"),
    (#"{"username":"a b"}"#, "400 M_INVALID_USERNAME"),
    (#"{"username":""}"#, "400 M_INVALID_USERNAME"),
    (#"{"username":"ann","auth":{"type":"m.login.dummy","session":"old"}}"#, "401 -"),
    (#"{"username":"ann","password":"x","auth":{"type":"m.login.dummy"}}"#, "200 -"),
    (#"{"username":"ann","password":"","auth":{"type":"m.login.dummy"}}"#, "400 M_WEAK_PASSWORD"),
  ])
  func aRegistrationIsJudged(_ body: String, _ expected: String) throws {
    _ = try server.register("taken")
    let response = try answer(.post, ClientAPI.standard("register"), body)
    #expect(code(response).hasPrefix(expected.prefix(3)))
    if expected.hasSuffix("-") == false { #expect(code(response) == expected) }
  }

  @Test func registrationDowncasesCapitals() throws {
    let response = try answer(
      .post, ClientAPI.standard("register"), #"{"username":"ANN","auth":{"type":"m.login.dummy"}}"#)
    let credentials = try WireJSON.decode(Credentials.self, from: response.body)
    #expect(credentials.userID.rawValue == "@ann:harbor.example")
  }

  @Test func aChallengeIsGoodOnce() throws {
    let opened = try answer(.post, ClientAPI.standard("register"), #"{"username":"ann"}"#)
    let session = try WireJSON.decode(AuthenticationChallenge.self, from: opened.body).session
    func register(_ name: String) throws -> Int {
      let body = #"{"username":"\#(name)","auth":{"type":"m.login.dummy","session":"\#(session)"}}"#
      return try answer(.post, ClientAPI.standard("register"), body).status
    }
    #expect(try register("ann") == 200)
    #expect(try register("bob") == 401)
  }

  @Test func loggingOutEndsTheSessionAndTheStream() throws {
    let ann = try server.register("ann")
    let screen = server.connect(ann)
    try simulation.run { try await ann.logout() }
    simulation.advance(by: .seconds(1))
    #expect(screen.failure?.code == .loggedOut)
  }

  @Test func aPutStatusIsReadBack() throws {
    let ann = try server.register("ann")
    server.connect(ann)
    try simulation.run { try await ann.setStatus(.freeForChat, text: "hello") }
    let status = try simulation.run { try await ann.status(of: ann.userID) }
    #expect(status.state == .freeForChat)
    #expect(status.statusMessage == "hello")
  }

  @Test func theStandardKeyStaysWithinTheStandardStates() throws {
    let token = try server.token(of: "ann")
    let path = ClientAPI.standard("presence", "@ann:harbor.example", "status")
    _ = try answer(.put, path, #"{"presence":"hidden"}"#, token: token)
    let body = String(decoding: try answer(.get, path, token: token).body, as: UTF8.self)
    #expect(body.contains(#""presence":"offline""#))
    #expect(body.contains(#""chat.porchlight.presence":"hidden""#))
  }

  @Test func whoAmINamesUserAndDevice() throws {
    let token = try server.token(of: "ann")
    let response = try answer(.get, ClientAPI.standard("account", "whoami"), token: token)
    let credentials = try WireJSON.decode(Credentials.self, from: response.body)
    #expect(credentials.userID.rawValue == "@ann:harbor.example")
    #expect(credentials.deviceID != nil)
  }

  @Test(arguments: [
    ("displayname", #"{"displayname":"Ann"}"#, "200 -"),
    ("displayname", #"{"displayname":""}"#, "200 -"),
    ("displayname", #"{"name":"Ann"}"#, "400 M_MISSING_PARAM"),
    ("displayname", #"{"displayname":"\#(String(repeating: "a", count: 257))"}"#, "400 M_TOO_LARGE"),
    ("avatar_url", #"{"avatar_url":"mxc://a/b"}"#, "200 -"),
    ("shoe_size", #"{"shoe_size":44}"#, "200 -"),
    ("Shoe size", #"{"Shoe size":44}"#, "400 M_INVALID_PARAM"),
  ])
  func aProfileFieldIsJudged(_ field: String, _ body: String, _ expected: String) throws {
    let token = try server.token(of: "ann")
    let path = ClientAPI.standard("profile", "@ann:harbor.example", field)
    #expect(code(try answer(.put, path, body, token: token)) == expected)
  }

  @Test(arguments: [
    (#"{"idle_ms":300000,"device_type":"terminal"}"#, "200 -"),
    (#"{"idle_ms":null}"#, "200 -"),
    (#"{"idle_ms":-1}"#, "400 M_BAD_JSON"),
    (#"{"idle_ms":"long"}"#, "400 M_BAD_JSON"),
    (#"{"device_type":"toaster"}"#, "400 M_BAD_JSON"),
    (#"{"device_type":"com.example.toaster"}"#, "200 -"),
    (#"{"closing":true}"#, "200 -"),
  ])
  func aDeviceReportIsJudged(_ body: String, _ expected: String) throws {
    let token = try server.token(of: "ann")
    #expect(code(try answer(.put, ClientAPI.unstable("presence", "device"), body, token: token)) == expected)
  }

  @Test(arguments: [(255, 0), (256, 1)])
  func groupsAreBounded(length: Int, failures: Int) throws {
    let token = try server.token(of: "ann")
    let user = try server.user("bob")
    func post(_ change: PresenceListRequest) throws -> PresenceListResult {
      var request = ClientAPI.changePresenceList(change)
      request.accessToken = token
      return try WireJSON.decode(PresenceListResult.self, from: server.respond(to: request).body)
    }
    _ = try post(PresenceListRequest(invite: [user]))
    let result = try post(PresenceListRequest(groups: [user: [String(repeating: "x", count: length)]]))
    #expect(result.failed.count == failures)
  }

  @Test func aFilterLargerThanABodyMayBeIsRefused() throws {
    let token = try server.token(of: "ann")
    let types = String(repeating: "x", count: 65_536)
    let filter = #"{"presence":{"types":["\#(types)"]}}"#
    let response = try answer(
      .get, ClientAPI.standard("sync"), token: token, query: [.init("filter", filter)])
    #expect(code(response) == "400 M_TOO_LARGE")
  }
}
