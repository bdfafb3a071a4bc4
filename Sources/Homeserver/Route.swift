internal import MatrixWire

/// The endpoints this server has. Path segments arrive decoded.
enum Route: Hashable, Sendable {
  case versions
  case register
  case whoAmI
  case logout
  case logoutAll
  case getProfile(UserID, field: String?)
  case setProfile(UserID, field: String)
  case getStatus(UserID)
  case setStatus(UserID)
  case getList
  case changeList
  case reportDevice
  case setPolling
  case sync

  /// - Throws: 404 or 405 `M_UNRECOGNIZED`, or 400 `M_INVALID_PARAM` for a malformed user ID in the path.
  init(_ request: WireRequest) throws(Refusal) {
    let path = request.path[...]
    guard path.starts(with: ["_matrix", "client"]) else { throw Self.unrecognized }
    let rest = path.dropFirst(2)
    if rest == ["versions"] {
      self = try Self.pick(request.method, [.get: .versions])
    } else if rest.first == "v3" {
      self = try Self.standard(Array(rest.dropFirst()), request.method)
    } else if rest.starts(with: ["unstable", UnstablePrefix.namespace]) {
      self = try Self.unstable(Array(rest.dropFirst(2)), request.method)
    } else {
      throw Self.unrecognized
    }
  }

  private static func standard(
    _ path: [String], _ method: WireRequest.Method
  ) throws(Refusal) -> Route {
    switch path {
    case ["register"]: return try pick(method, [.post: .register])
    case ["account", "whoami"]: return try pick(method, [.get: .whoAmI])
    case ["logout"]: return try pick(method, [.post: .logout])
    case ["logout", "all"]: return try pick(method, [.post: .logoutAll])
    case ["sync"]: return try pick(method, [.get: .sync])
    default: break
    }
    guard path.count >= 2, let area = path.first else { throw unrecognized }
    let tail = Array(path.dropFirst(2))
    switch (area, tail.count, tail.first) {
    case ("presence", 1, "status"):
      let user = try user(path[1])
      return try pick(method, [.get: .getStatus(user), .put: .setStatus(user)])
    case ("profile", 0, _):
      return try pick(method, [.get: .getProfile(try user(path[1]), field: nil)])
    case ("profile", 1, let field?):
      let user = try user(path[1])
      return try pick(
        method, [.get: .getProfile(user, field: field), .put: .setProfile(user, field: field)])
    default: throw unrecognized
    }
  }

  private static func unstable(
    _ path: [String], _ method: WireRequest.Method
  ) throws(Refusal) -> Route {
    switch path {
    case ["presence", "list"]: try pick(method, [.get: .getList, .post: .changeList])
    case ["presence", "device"]: try pick(method, [.put: .reportDevice])
    case ["presence", "polling"]: try pick(method, [.put: .setPolling])
    default: throw unrecognized
    }
  }

  private static func pick(
    _ method: WireRequest.Method, _ routes: [WireRequest.Method: Route]
  ) throws(Refusal) -> Route {
    guard let route = routes[method] else {
      throw Refusal(405, .unrecognized, "This endpoint does not take \(method.rawValue).")
    }
    return route
  }

  private static func user(_ text: String) throws(Refusal) -> UserID {
    guard let user = UserID(text) else {
      throw Refusal(400, .invalidParameter, "The path does not name a user ID.")
    }
    return user
  }

  private static let unrecognized = Refusal(404, .unrecognized, "There is no such endpoint here.")
}
