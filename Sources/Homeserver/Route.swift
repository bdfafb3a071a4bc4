internal import MatrixWire

/// The endpoints this server has. Path segments arrive decoded.
enum Route: Hashable, Sendable {
  case versions
  /// Where clients find this server.
  case clientDiscovery
  case account(AccountRoute)
  case getProfile(UserID, field: String?)
  case setProfile(UserID, field: String)
  case deleteProfileField(UserID, field: String)
  case getStatus(UserID)
  case setStatus(UserID)
  /// The presence list as the first specification had it (Protocol 3.4).
  case getStandardList(UserID)
  case changeStandardList(UserID)
  case getList
  case changeList
  case reportDevice
  case setPolling
  case sync
  case events
  case initialSync
  /// The relations of this server with its peers, for its operator.
  case peers
  case federation(FederationRoute)

  /// What servers ask of each other (Protocol 6).
  enum FederationRoute: Hashable, Sendable {
    case keys
    /// The keys of servers, of one that the path names or of those in the body.
    case queryKeys(of: ServerName?)
    case version
    case send(id: String)
    case profile
  }

  /// Registration, sessions and what clients keep with their account (Protocol 2).
  enum AccountRoute: Hashable, Sendable {
    case registrationFlows
    case register
    case loginFlows
    case login
    case refresh
    case logout
    case logoutAll
    case whoAmI
    case capabilities
    case devices
    case device(DeviceID)
    case renameDevice(DeviceID)
    case deleteDevice(DeviceID)
    case getAccountData(UserID, type: String)
    case setAccountData(UserID, type: String)
    case getFilter(UserID, id: String)
    case createFilter(UserID)
  }
}

extension Route {
  /// Whether a token is asked for here, and requests are counted by it.
  var asksForToken: Bool {
    switch self {
    // Profiles of this server are for everybody.
    case .versions, .clientDiscovery, .getProfile, .peers, .federation: false
    case .account(.registrationFlows), .account(.register), .account(.loginFlows), .account(.login),
      .account(.refresh):
      false
    default: true
    }
  }
}

/// The historical versions of the client-server API this server speaks. They differ in a few shapes and values.
enum APIVersion: String, Hashable, Sendable {
  case v1 = "api/v1"
  case r0
  case v3
  /// Our own endpoints, and those outside all versions.
  case unstable
}

/// An endpoint as it was asked for.
struct RoutedEndpoint: Hashable, Sendable {
  let version: APIVersion
  let route: Route

  /// - Throws: 404 or 405 `M_UNRECOGNIZED`, or 400 `M_INVALID_PARAM` for a malformed identifier in the path.
  init(_ request: WireRequest) throws(APIError) {
    let path = request.path[...]
    if path == [".well-known", "matrix", "client"] {
      (version, route) = (.unstable, try Self.pick(request.method, [.get: .clientDiscovery]))
      return
    }
    guard path.starts(with: ["_matrix", "client"]) else {
      (version, route) = (.unstable, .federation(try Self.federation(request)))
      return
    }
    let rest = path.dropFirst(2)
    if rest == ["versions"] {
      (version, route) = (.unstable, try Self.pick(request.method, [.get: .versions]))
    } else if rest.starts(with: ["api", "v1"]) {
      (version, route) = (.v1, try Self.standard(Array(rest.dropFirst(2)), request.method))
    } else if let version = rest.first.flatMap({ APIVersion(rawValue: $0) }), [.r0, .v3].contains(version) {
      (self.version, route) = (version, try Self.standard(Array(rest.dropFirst()), request.method))
    } else if rest.starts(with: ["unstable", UnstablePrefix.namespace]) {
      (version, route) = (.unstable, try Self.unstable(Array(rest.dropFirst(2)), request.method))
    } else {
      throw Self.unrecognized
    }
  }

  private static func federation(_ request: WireRequest) throws(APIError) -> Route.FederationRoute {
    // Old servers end the path with a slash, and name a key (Protocol 6.1, 6.3).
    let path = request.path.last == "" ? request.path.dropLast() : request.path
    let (method, route): (WireRequest.Method, Route.FederationRoute)
    switch (path.prefix(3), path.dropFirst(3).map(\.self)) {
    case (["_matrix", "key", "v2"], let rest) where rest.first == "server" && rest.count <= 2:
      (method, route) = (.get, .keys)
    case (["_matrix", "key", "v2"], ["query"]): (method, route) = (.post, .queryKeys(of: nil))
    case (["_matrix", "key", "v2"], let rest) where rest.first == "query" && rest.count <= 3:
      // Old clients name a key as well.
      guard let server = ServerName(rest[1]) else {
        throw APIError(400, .invalidParameter, "The path does not name a server.")
      }
      (method, route) = (.get, .queryKeys(of: server))
    case (["_matrix", "federation", "v1"], ["version"]): (method, route) = (.get, .version)
    case (["_matrix", "federation", "v1"], ["query", "profile"]): (method, route) = (.get, .profile)
    case (["_matrix", "federation", "v1"], let rest) where rest.first == "send" && rest.count == 2:
      (method, route) = (.put, .send(id: rest[1]))
    default: throw unrecognized
    }
    guard request.method == method else {
      throw APIError(405, .unrecognized, "This endpoint does not take \(request.method.rawValue).")
    }
    return route
  }

  private static func standard(
    _ path: [String], _ method: WireRequest.Method
  ) throws(APIError) -> Route {
    switch path {
    case ["register"]:
      return try pick(method, [.get: .account(.registrationFlows), .post: .account(.register)])
    case ["login"]: return try pick(method, [.get: .account(.loginFlows), .post: .account(.login)])
    case ["refresh"]: return try pick(method, [.post: .account(.refresh)])
    case ["account", "whoami"]: return try pick(method, [.get: .account(.whoAmI)])
    case ["logout"]: return try pick(method, [.post: .account(.logout)])
    case ["logout", "all"]: return try pick(method, [.post: .account(.logoutAll)])
    case ["capabilities"]: return try pick(method, [.get: .account(.capabilities)])
    case ["devices"]: return try pick(method, [.get: .account(.devices)])
    case ["sync"]: return try pick(method, [.get: .sync])
    case ["events"]: return try pick(method, [.get: .events])
    case ["initialSync"]: return try pick(method, [.get: .initialSync])
    default: return try named(path, method)
    }
  }

  /// Endpoints with a name in their path.
  private static func named(_ path: [String], _ method: WireRequest.Method) throws(APIError) -> Route {
    guard path.count >= 2, let area = path.first else { throw unrecognized }
    let tail = Array(path.dropFirst(2))
    switch (area, path[1], tail.count) {
    case ("presence", "list", 1):
      let user = try user(tail[0])
      return try pick(method, [.get: .getStandardList(user), .post: .changeStandardList(user)])
    case ("presence", let name, 1) where tail == ["status"]:
      let user = try user(name)
      return try pick(method, [.get: .getStatus(user), .put: .setStatus(user)])
    case ("profile", let name, 0):
      return try pick(method, [.get: .getProfile(try user(name), field: nil)])
    case ("profile", let name, 1):
      let user = try user(name)
      return try pick(
        method,
        [
          .get: .getProfile(user, field: tail[0]), .put: .setProfile(user, field: tail[0]),
          .delete: .deleteProfileField(user, field: tail[0]),
        ])
    case ("devices", let name, 0):
      guard let device = DeviceID(name) else {
        throw APIError(400, .invalidParameter, "The path does not name a device.")
      }
      return try pick(
        method,
        [
          .get: .account(.device(device)), .put: .account(.renameDevice(device)),
          .delete: .account(.deleteDevice(device)),
        ])
    case ("user", let name, 2) where tail[0] == "account_data":
      let user = try user(name)
      return try pick(
        method,
        [
          .get: .account(.getAccountData(user, type: tail[1])),
          .put: .account(.setAccountData(user, type: tail[1])),
        ])
    case ("user", let name, 1) where tail == ["filter"]:
      return try pick(method, [.post: .account(.createFilter(try user(name)))])
    case ("user", let name, 2) where tail[0] == "filter":
      return try pick(method, [.get: .account(.getFilter(try user(name), id: tail[1]))])
    default: throw unrecognized
    }
  }

  private static func unstable(
    _ path: [String], _ method: WireRequest.Method
  ) throws(APIError) -> Route {
    switch path {
    case ["presence", "list"]: try pick(method, [.get: .getList, .post: .changeList])
    case ["presence", "device"]: try pick(method, [.put: .reportDevice])
    case ["presence", "polling"]: try pick(method, [.put: .setPolling])
    case ["peers"]: try pick(method, [.get: .peers])
    default: throw unrecognized
    }
  }

  private static func pick(
    _ method: WireRequest.Method, _ routes: [WireRequest.Method: Route]
  ) throws(APIError) -> Route {
    guard let route = routes[method] else {
      throw APIError(405, .unrecognized, "This endpoint does not take \(method.rawValue).")
    }
    return route
  }

  private static func user(_ text: String) throws(APIError) -> UserID {
    guard let user = UserID(text) else {
      throw APIError(400, .invalidParameter, "The path does not name a user ID.")
    }
    return user
  }

  private static let unrecognized = APIError(404, .unrecognized, "There is no such endpoint here.")
}
