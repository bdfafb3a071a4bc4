internal import MatrixWire
internal import NIOHTTP1

/// Reads the head of a request: what is asked, by whom, and how the connection goes on.
enum RequestHead {
  /// - Returns: a request without its body, or the answer where the head says enough for one.
  static func read(_ head: HTTPRequestHead) -> DecodedRequest {
    var decoded = content(head)
    decoded.isHead = head.method == .HEAD
    decoded.isOld = head.version.minor == 0
    // The parser takes nothing more from a connection that asked to speak another protocol.
    let isUpgrade = head.method == .CONNECT || head.headers.contains(name: "Upgrade")
    decoded.staysOpen = head.isKeepAlive && !isUpgrade
    decoded.isRepeatable =
      decoded.staysOpen && !decoded.isOld && head.method == .GET
      && !["Content-Length", "Transfer-Encoding", "Expect"].contains(where: head.headers.contains)
    return decoded
  }

  private static let allowed = "GET, HEAD, PUT, POST, DELETE, OPTIONS"

  private static func content(_ head: HTTPRequestHead) -> DecodedRequest {
    guard head.version.minor == 0 || head.headers["Host"].count == 1 else {
      return DecodedRequest(refusal: 400, .unknown, "A request needs one Host header.")
    }
    // Asked by browsers before they ask anything else: any path, no token, no effect.
    if head.method == .OPTIONS { return DecodedRequest(.answer(WireResponse(status: 204, body: []))) }
    let name = head.method == .HEAD ? "GET" : head.method.rawValue
    guard let method = WireRequest.Method(rawValue: name) else {
      return DecodedRequest(
        refusal: 405, .unrecognized, "No endpoint here knows the method \(name).",
        headers: [.init("Allow", allowed)])
    }
    do {
      let target = try RequestTarget(head.uri)
      var request = WireRequest(method, target.path, query: target.query)
      request.accessToken = try token(in: head.headers, &request)
      request.signatures = head.headers["Authorization"].filter(XMatrixAuthorization.isMeant)
      if !request.signatures.isEmpty { request.receivedTarget = target.text }
      return DecodedRequest(.request(request))
    } catch {
      return DecodedRequest(refusal: error.code == .missingToken ? 401 : 400, error)
    }
  }

  /// The access token: from the header, or from the query, where every version of the client-server API that
  /// `/versions` names has it too (Protocol 1.4; removed by MSC4127 after v1.18).
  ///
  /// Taken out of the query in any case: where it does not count it is not to be passed on either.
  ///
  /// - Throws: `M_MISSING_TOKEN` where it is not plain which token is meant: more than one came.
  private static func token(
    in headers: HTTPHeaders, _ request: inout WireRequest
  ) throws(MatrixError) -> AccessToken? {
    let header = headers["Authorization"]
    let query = request.query.filter { $0.name == tokenParameter }.map(\.value)
    if !query.isEmpty { request.query.removeAll { $0.name == tokenParameter } }
    guard request.path.starts(with: ["_matrix", "client"]) else { return bearer(header.first) }
    guard header.isEmpty || query.isEmpty else {
      throw MatrixError(.missingToken, "The access token may come in the header or in the query, not both.")
    }
    guard header.count + query.count <= 1 else {
      throw MatrixError(
        .missingToken, header.isEmpty ? "Too many access tokens." : "Too many Authorization headers.")
    }
    return query.first.flatMap { AccessToken($0) } ?? bearer(header.first)
  }

  private static let tokenParameter = "access_token"

  private static func bearer(_ value: String?) -> AccessToken? {
    guard let parts = value?.split(separator: " ", maxSplits: 1), parts.count == 2,
      parts[0].asciiLowercased == "bearer"
    else { return nil }
    return AccessToken(String(parts[1].drop { $0 == " " }))
  }
}
