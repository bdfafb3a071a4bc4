public import MatrixWire

/// A room with users who are something different to it each, and two more rooms: what a `RoomCase` is asked in.
///
/// Ann made `{hall}`, which is private and whose members may not invite. Bob is in it, Cid is invited, Dan is banned, Fay
/// left, and Eve was never there. Ann said `{event}`; Bob said `{bobs}` after Fay had left. `{open}` is public and in the
/// list, with `{elsewhere}` said in it; at `{door}` users may knock. `{nowhere}` is no room, and `{free}` no alias.
public struct RoomScene: Sendable {
  /// What a request is answered with, in the process of the server.
  public typealias Respond = @Sendable (WireRequest) async throws -> WireResponse

  /// Everybody who is something to a room, with a session each.
  public struct Users: Sendable {
    let tokens: [String: AccessToken]

    /// Makes their accounts.
    ///
    /// - Throws: whatever `respond` throws, `Missing` where an account is refused.
    public init(_ respond: Respond) async throws {
      var tokens: [String: AccessToken] = [:]
      for name in ["ann", "bob", "cid", "dan", "eve", "fay"] {
        let request = ClientAPI.register(RegisterRequest(username: name, auth: .init(type: "m.login.dummy")))
        let answer = try await respond(request)
        tokens[name] = try WireJSON.decode(Credentials.self, from: answer.body).accessToken.orThrow("a token")
      }
      self.tokens = tokens
    }
  }

  public let users: Users
  /// What stands for what.
  private(set) var names: [String: String] = [:]
  private let respond: Respond

  /// Makes the rooms.
  ///
  /// - Parameters:
  ///   - number: of the scene; no other on its server has it.
  ///   - users: of its server.
  ///   - respond: the server.
  /// - Throws: whatever `respond` throws, `Missing` where anything is refused.
  public init(_ number: Int, of users: Users, _ respond: @escaping Respond) async throws {
    (self.users, self.respond) = (users, respond)
    let (hall, open) = ("hall \(number)/a", "open\(number)")
    names = [
      "alias": "#\(hall):\(Self.server)", "local": hall, "free": "#free \(number)/b:\(Self.server)",
      "nowhere": "!nowhere\(number):\(Self.server)", "slash": "a/b c",
    ]
    let invited = ["bob", "cid", "dan", "fay"].map { #""\#(Self.id($0))""# }.joined(separator: ",")
    try await create(
      "hall",
      #"{"name":"Hall","room_alias_name":"\#(hall)","invite":[\#(invited)],"power_level_content_override":{"invite":50}}"#
    )
    for name in ["bob", "fay"] { try await ask(name, .post, ["rooms", names["hall"] ?? "", "join"]) }
    try await say("event", "said by ann", in: "hall", by: "ann")
    try await ask("fay", .post, ["rooms", names["hall"] ?? "", "leave"])
    try await ask("ann", .post, ["rooms", names["hall"] ?? "", "ban"], #"{"user_id":"\#(Self.id("dan"))"}"#)
    try await say("bobs", "said by bob", in: "hall", by: "bob")
    try await ask(
      "bob", .put, ["user", Self.id("bob"), "rooms", names["hall"] ?? "", "account_data", "m.x"], #"{"n":1}"#)
    try await create("open", #"{"visibility":"public","name":"\#(open)"}"#)
    try await say("elsewhere", "said elsewhere", in: "open", by: "ann")
    try await create(
      "door", #"{"initial_state":[{"type":"m.room.join_rules","content":{"join_rule":"knock"}}]}"#)
  }

  private static let server = "harbor.example"

  static func id(_ name: String) -> String { "@\(name):\(server)" }

  private mutating func create(_ name: String, _ body: String) async throws {
    names[name] = try await ask("ann", .post, ["createRoom"], body, RoomIDAnswer.self).roomID.rawValue
  }

  private mutating func say(_ event: String, _ text: String, in room: String, by user: String) async throws {
    let path = ["rooms", names[room] ?? "", "send", "m.room.message"]
    names[event] = try await ask(
      user, .post, path, #"{"msgtype":"m.text","body":"\#(text)"}"#, EventIDAnswer.self
    ).eventID.rawValue
  }

  private func ask(
    _ user: String, _ method: WireRequest.Method, _ path: [String], _ body: String = ""
  ) async throws {
    _ = try await ask(user, method, path, body, Empty.self)
  }

  private func ask<Value: Decodable>(
    _ user: String, _ method: WireRequest.Method, _ path: [String], _ body: String, _ type: Value.Type
  ) async throws -> Value {
    let request = WireRequest(
      method, ["_matrix", "client", "v3"] + path, accessToken: users.tokens[user], body: Array(body.utf8))
    let answer = try await respond(request)
    guard answer.status == 200 else {
      throw Missing(description: "\(path) by \(user): \(String(decoding: answer.body, as: UTF8.self))")
    }
    return try WireJSON.decode(type, from: answer.body)
  }
}
