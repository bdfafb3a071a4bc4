internal import MatrixWire
internal import NIOHTTP1

/// Reads the head of a request: what is asked, by whom, and how the connection goes on.
enum RequestHead {
  /// - Returns: a request without its body, or the answer where the head says enough for one.
  static func read(_ head: HTTPRequestHead) -> Arrival {
    var arrival = content(head)
    arrival.isHead = head.method == .HEAD
    arrival.isOld = head.version.minor == 0
    // The parser takes nothing more from a connection that asked to speak another protocol.
    let isUpgrade = head.method == .CONNECT || head.headers.contains(name: "Upgrade")
    arrival.staysOpen = head.isKeepAlive && !isUpgrade
    return arrival
  }

  private static let allowed = "GET, HEAD, PUT, POST, DELETE, OPTIONS"

  private static func content(_ head: HTTPRequestHead) -> Arrival {
    guard head.version.minor == 0 || head.headers["Host"].count == 1 else {
      return Arrival(refusal: 400, .unknown, "A request needs one Host header.")
    }
    // Asked by browsers before they ask anything else: any path, no token, no effect.
    if head.method == .OPTIONS { return Arrival(.answer(WireResponse(status: 204, body: []))) }
    let name = head.method == .HEAD ? "GET" : head.method.rawValue
    guard let method = WireRequest.Method(rawValue: name) else {
      return Arrival(
        refusal: 405, .unrecognized, "No endpoint here knows the method \(name).",
        headers: [.init("Allow", allowed)])
    }
    do {
      let target = try RequestTarget(head.uri)
      var request = WireRequest(method, target.path, query: target.query)
      request.accessToken = try token(in: head.headers, &request)
      request.signatures = head.headers["Authorization"].filter(XMatrixAuthorization.isMeant)
      if !request.signatures.isEmpty { request.receivedTarget = target.text }
      return Arrival(.request(request))
    } catch {
      return Arrival(refusal: error.code == .missingToken ? 401 : 400, error)
    }
  }

  /// The access token: from the header, or for the oldest forms of the API from the query (protocol 1.4).
  ///
  /// Taken out of the query in any case: where it does not count it is not to be passed on either.
  private static func token(
    in headers: HTTPHeaders, _ request: inout WireRequest
  ) throws(MatrixError) -> AccessToken? {
    let header = bearer(headers.first(name: "Authorization"))
    let query = request.query(tokenParameter)
    if query != nil { request.query.removeAll { $0.name == tokenParameter } }
    guard let query, takesTokenInQuery(request.path) else { return header }
    guard headers.first(name: "Authorization") == nil else {
      throw MatrixError(.missingToken, "The access token may come in the header or in the query, not both.")
    }
    return AccessToken(query)
  }

  private static let tokenParameter = "access_token"

  private static func bearer(_ value: String?) -> AccessToken? {
    guard let parts = value?.split(separator: " ", maxSplits: 1), parts.count == 2,
      parts[0].asciiLowercased == "bearer"
    else { return nil }
    return AccessToken(String(parts[1].drop { $0 == " " }))
  }

  private static func takesTokenInQuery(_ path: [String]) -> Bool {
    path.starts(with: ["_matrix", "client", "api", "v1"]) || path.starts(with: ["_matrix", "client", "r0"])
  }
}
