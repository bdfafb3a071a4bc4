internal import MatrixWire

/// All endpoints of a server. Where two templates fit a path, the first holds.
struct EndpointTable: Sendable {
  private let clientServer: [Endpoint]
  private let porchlight: [Endpoint]
  private let root: [Endpoint]

  init(_ endpoints: [Endpoint]) {
    clientServer = endpoints.filter { $0.area == .clientServer }
    porchlight = endpoints.filter { $0.area == .porchlight }
    root = endpoints.filter { $0.area == .root }
  }

  /// Every row, area by area.
  var rows: [Endpoint] { clientServer + porchlight + root }

  /// Where a request goes.
  ///
  /// - Throws: 404 or 405 `M_UNRECOGNIZED`, or 400 `M_INVALID_PARAM` for a malformed identifier in the path.
  func find(_ request: WireRequest, from requester: Requester) throws(APIError) -> (Endpoint, RoutedRequest) {
    let (area, version, path) = Self.place(of: request.path)
    let endpoints =
      switch area {
      case .clientServer: clientServer
      case .porchlight: porchlight
      case .root: root
      }
    guard let first = endpoints.first(where: { $0.path.matches(path) }) else {
      throw APIError(404, .unrecognized, "There is no such endpoint here.")
    }
    let names = try first.path.names(in: path)
    guard let endpoint = endpoints.first(where: { $0.method == request.method && $0.path == first.path })
    else {
      throw APIError(405, .unrecognized, "This endpoint does not take \(request.method.rawValue).")
    }
    return (endpoint, RoutedRequest(request, version, from: requester, naming: names))
  }

  private static func place(of path: [String]) -> (Endpoint.Area, APIVersion, ArraySlice<String>) {
    guard path.count > 2, path[0] == "_matrix", path[1] == "client" else {
      // Old servers end the path with a slash (Protocol 6.1).
      return (.root, .unstable, path.last == "" && path.first == "_matrix" ? path.dropLast() : path[...])
    }
    if let version = APIVersion(rawValue: path[2]), version == .r0 || version == .v3 {
      return (.clientServer, version, path.dropFirst(3))
    }
    let rest = path.dropFirst(2)
    if rest.starts(with: ["api", "v1"]) { return (.clientServer, .v1, rest.dropFirst(2)) }
    if rest.starts(with: ["unstable", UnstablePrefix.namespace]) {
      return (.porchlight, .unstable, rest.dropFirst(2))
    }
    return (.root, .unstable, path[...])
  }
}
