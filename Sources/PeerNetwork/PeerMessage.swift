internal import MatrixWire
internal import NIOCore
internal import NIOHTTP1
internal import PeerDiscovery

/// A request as it goes out.
struct PeerMessage: Sendable {
  var head: HTTPRequestHead
  var body: ByteBuffer?
  var largestAnswer: Int

  init(_ request: WireRequest, host: String, agent: String, largestAnswer: Int) {
    var headers = Self.headers(host, agent)
    for signature in request.signatures { headers.add(name: "Authorization", value: signature) }
    if let token = request.accessToken {
      headers.add(name: "Authorization", value: "Bearer \(token.rawValue)")
    }
    let hasBody = !request.body.isEmpty || request.method == .put || request.method == .post
    if hasBody {
      headers.add(name: "Content-Type", value: "application/json")
      headers.add(name: "Content-Length", value: String(request.body.count))
    }
    head = HTTPRequestHead(
      version: .http1_1, method: HTTPMethod(rawValue: request.method.rawValue),
      uri: request.target, headers: headers)
    body = hasBody ? ByteBuffer(bytes: request.body) : nil
    self.largestAnswer = largestAnswer
  }

  init(getting address: WebAddress, agent: String, largestAnswer: Int) {
    head = HTTPRequestHead(
      version: .http1_1, method: .GET, uri: address.target,
      headers: Self.headers(address.authority, agent))
    self.largestAnswer = largestAnswer
  }

  private static func headers(_ host: String, _ agent: String) -> HTTPHeaders {
    ["Host": host, "User-Agent": agent, "Accept": "application/json"]
  }
}
