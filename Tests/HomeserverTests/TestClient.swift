import Homeserver
import MatrixWire
import PorchlightTestSupport

/// Requests written by hand to a homeserver of its own, and what they are answered with.
struct TestClient {
  let simulation: Simulation
  let server: TestHomeserver
  var peer = Requester.inProcess

  init(
    _ simulation: Simulation = Simulation(), store: any ServerStore = MemoryServerStore(),
    seed: UInt64 = 1,
    configure: (inout Homeserver.Configuration) -> Void = { _ in }
  ) throws {
    self.simulation = simulation
    server = try TestHomeserver(simulation, store: store, seed: seed, configure: configure)
  }

  /// Sends to a path of the API, `v3/login`, with segments already decoded.
  func send(
    _ method: WireRequest.Method, _ path: String, _ body: String = "", as token: AccessToken? = nil,
    query: [WireRequest.QueryItem] = [], from peer: Requester? = nil
  ) throws -> Answer {
    let segments =
      ["_matrix", "client"] + path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let request = WireRequest(method, segments, query: query, accessToken: token, body: Array(body.utf8))
    return Answer(response: try server.respond(to: request, from: peer ?? self.peer))
  }

  /// Makes an account with a session.
  func register(_ name: String, password: String? = nil, more: String = "") throws -> Credentials {
    let password = password.map { #""password":"\#($0)","# } ?? ""
    let body = #"{"username":"\#(name)",\#(password)\#(more)"auth":{"type":"m.login.dummy"}}"#
    return try send(.post, "v3/register", body).decoded()
  }

  func token(_ name: String, password: String? = nil) throws -> AccessToken {
    try register(name, password: password).accessToken.orThrow("a token")
  }

  func login(_ name: String, _ password: String, more: String = "") throws -> Answer {
    let body =
      #"{"type":"m.login.password",\#(more)"identifier":{"type":"m.id.user","user":"\#(name)"},"password":"\#(password)"}"#
    return try send(.post, "v3/login", body)
  }

  /// Whose token it is, or the refusal.
  func whoIs(_ token: AccessToken?) throws -> String {
    let answer = try send(.get, "v3/account/whoami", as: token)
    guard answer.status == 200 else { return answer.code }
    return try answer.decoded(Credentials.self).userID.rawValue
  }
}

/// What a request was answered with.
struct Answer {
  let response: WireResponse

  var status: Int { response.status }
  /// Status and error code: `403 M_FORBIDDEN`, `200 -`.
  var code: String { "\(response.status) \(response.error?.code.rawValue ?? "-")" }
  var text: String { String(decoding: response.body, as: UTF8.self) }

  func decoded<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
    try WireJSON.decode(type, from: response.body)
  }
}

/// A store whose disk is full while a test says so.
final class FullStore: RelayingStore {
  let base = MemoryServerStore()
  private let isFull = Box<Bool>()

  func fill(_ isFull: Bool = true) { self.isFull.set(isFull) }

  func commit(_ changes: [StoreChange]) async throws(StoreError) {
    guard isFull.value != true else { throw StoreError(.full, "There is no room on the disk.") }
    try await base.commit(changes)
  }
}
