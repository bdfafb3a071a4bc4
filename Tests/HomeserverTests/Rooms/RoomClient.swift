import Homeserver
import MatrixWire
import PorchlightTestSupport

/// Users with rooms, whose requests are written by hand.
struct RoomClient {
  let testClient: TestClient
  private let tokens: [String: AccessToken]

  init(
    _ names: [String] = ["ann", "bob", "cid"], store: any ServerStore = MemoryServerStore(),
    configure: (inout Homeserver.Configuration) -> Void = { _ in }
  ) throws {
    testClient = try TestClient(store: store, configure: configure)
    var tokens: [String: AccessToken] = [:]
    for name in names { tokens[name] = try testClient.token(name) }
    self.tokens = tokens
  }

  private init(_ testClient: TestClient, _ tokens: [String: AccessToken]) {
    (self.testClient, self.tokens) = (testClient, tokens)
  }

  /// The same users on another life of the server.
  func restarted(on store: any ServerStore) throws -> RoomClient {
    testClient.server.stop()
    return RoomClient(try TestClient(testClient.simulation, store: store, seed: 2), tokens)
  }

  func token(_ name: String) throws -> AccessToken { try tokens[name].orThrow("a token of \(name)") }

  static func id(_ name: String) -> String { "@\(name):harbor.example" }

  /// One request of a user; without a version in the path it goes to `v3`.
  @discardableResult
  func ask(
    _ name: String, _ method: WireRequest.Method, _ path: String, _ body: String = "",
    query: [String: String] = [:], version: String = "v3"
  ) throws -> Answer {
    let query = query.sorted { $0.key < $1.key }.map { WireRequest.QueryItem($0.key, $0.value) }
    return try testClient.send(
      method, version.isEmpty ? path : "\(version)/\(path)", body, as: try token(name), query: query)
  }

  /// A request of a user that is not refused.
  @discardableResult
  func done(
    _ name: String, _ method: WireRequest.Method, _ path: String, _ body: String = "",
    query: [String: String] = [:], version: String = "v3"
  ) throws -> Answer {
    let answer = try ask(name, method, path, body, query: query, version: version)
    guard answer.status == 200 else { throw Refused(path: path, text: answer.text) }
    return answer
  }

  struct Refused: Error, CustomStringConvertible {
    let path: String
    let text: String
    var description: String { "\(path): \(text)" }
  }

  /// Makes a room, with users who join it; the path of its endpoints.
  func room(_ body: String = "{}", by name: String = "ann", joined: [String] = []) throws -> String {
    let id = try done(name, .post, "createRoom", body).decoded(RoomIDAnswer.self).roomID
    for other in joined {
      _ = try ask(name, .post, "rooms/\(id)/invite", #"{"user_id":"\#(Self.id(other))"}"#)
      try done(other, .post, "rooms/\(id)/join")
    }
    return "rooms/\(id)"
  }

  /// Says something; the path segment of the event.
  @discardableResult
  func say(_ text: String, in room: String, by name: String = "ann") throws -> String {
    try done(name, .post, "\(room)/send/m.room.message", #"{"msgtype":"m.text","body":"\#(text)"}"#)
      .decoded(EventIDAnswer.self).eventID.rawValue
  }

  /// What was said on a page of a room, as far as it is text.
  func messages(
    _ room: String, as name: String, _ query: [String: String] = ["dir": "b"]
  ) throws -> [String] {
    try done(name, .get, "\(room)/messages", query: query).decoded(MessagesAnswer.self).events
      .compactMap { if case .message(let text) = $0.content { text } else { nil } }
  }
}
