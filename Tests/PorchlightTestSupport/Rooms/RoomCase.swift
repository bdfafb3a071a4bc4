public import MatrixWire

/// One request about rooms, and what it has to be answered with.
///
/// `{hall}` and other names in braces stand for what a `RoomScene` has; `{me}` is the ID of the user who asks, or
/// Bob's where nobody knows who it is.
public struct RoomCase: Sendable {
  /// Who asks.
  public enum Asker: Hashable, Sendable, ExpressibleByStringLiteral {
    case user(String)
    /// A client without a token.
    case nobody
    /// A client with a token that no server gave.
    case stranger

    public init(stringLiteral name: String) { self = .user(name) }
  }

  /// What is claimed.
  public enum Kind: Hashable, Sendable, CaseIterable {
    case success
    case refusal
    /// Who may ask, and what the others learn.
    case authorization
  }

  public var kind = Kind.success
  public var method: WireRequest.Method
  /// Without the prefix; its segments are decoded, and what stands for one in braces may have a slash in it.
  public var path: String
  public var query: [String: String] = [:]
  public var body = ""
  public var asker: Asker
  /// `200`, `403 M_FORBIDDEN`.
  public var answer = "200"
  /// What the body of the answer has in it.
  public var part = ""

  /// The request, in a scene and under a prefix such as `v3`.
  public func request(in scene: RoomScene, under prefix: String) -> WireRequest {
    let whole = path.hasPrefix("_matrix") ? path : "_matrix/client/\(prefix)/\(path)"
    let segments = whole.split(separator: "/", omittingEmptySubsequences: false).map {
      named(String($0), scene)
    }
    let token: AccessToken? =
      switch asker {
      case .user(let name): scene.users.tokens[name]
      case .nobody: nil
      case .stranger: AccessToken("nobody_was_given_this")
      }
    return WireRequest(
      method, segments,
      query: query.sorted { $0.key < $1.key }.map { .init($0.key, named($0.value, scene)) },
      accessToken: token,
      body: Array(named(body, scene).utf8))
  }

  /// How an answer differs from what it has to be; nil where it does not.
  ///
  /// - Parameters:
  ///   - status: of the answer.
  ///   - body: of the answer.
  ///   - scene: where it was asked.
  /// - Returns: the request and both answers, for people.
  public func difference(status: Int, body: String, in scene: RoomScene) -> String? {
    let code = (try? WireJSON.decode(MatrixError.self, from: Array(body.utf8)))?.code.rawValue
    let seen = code.map { "\(status) \($0)" } ?? "\(status)"
    let part = named(part, scene)
    guard seen != answer || !body.contains(part) else { return nil }
    let asked = "\(asker) \(method.rawValue) \(path) \(query) \(self.body.prefix(200))"
    return "\(asked): \(seen) instead of \(answer) with '\(part)': \(body.prefix(400))"
  }

  /// A text with what its names stand for.
  private func named(_ text: String, _ scene: RoomScene) -> String {
    guard text.contains("{") else { return text }
    var text = text
    for (name, value) in scene.names { text = text.replacing("{\(name)}", with: value) }
    let name = if case .user(let name) = asker { name } else { "bob" }
    return text.replacing("{me}", with: RoomScene.id(name))
  }
}
