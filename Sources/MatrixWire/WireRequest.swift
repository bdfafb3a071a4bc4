/// One HTTP request as a value (RFC 9110), whatever carries it.
public struct WireRequest: Hashable, Sendable {
  public enum Method: String, Hashable, Sendable {
    case get = "GET"
    case put = "PUT"
    case post = "POST"
    case delete = "DELETE"
    case options = "OPTIONS"
  }

  public struct QueryItem: Hashable, Sendable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  public var method: Method
  /// Decoded path segments: `["_matrix", "client", "v3", "sync"]`.
  public var path: [String]
  /// Decoded query, in order.
  public var query: [QueryItem]
  /// `Authorization: Bearer …`.
  public var accessToken: AccessToken?
  /// `Authorization: X-Matrix …`, one for every key the request is signed with, as it is in the header.
  public var signatures: [String] = []
  /// The target of a signed request exactly as it came; nil for requests made here.
  public var receivedTarget: String?
  public var body: [UInt8]
  /// How long the caller is ready to wait for the whole answer.
  public var timeout: Duration

  public init(
    _ method: Method, _ path: [String], query: [QueryItem] = [], accessToken: AccessToken? = nil,
    body: [UInt8] = [], timeout: Duration = .seconds(30)
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.accessToken = accessToken
    self.body = body
    self.timeout = timeout
  }

  /// Whether one server asks another (Protocol 6): the only requests whose bodies may be large.
  public var isBetweenServers: Bool { path.starts(with: ["_matrix", "federation"]) }

  /// The first value of a query parameter.
  public func query(_ name: String) -> String? { query.first { $0.name == name }?.value }

  /// The request target, every segment and value percent-encoded but for RFC 3986's unreserved characters
  /// (IDs hold `/ + = # ! $ @ :`).
  ///
  /// Written anew from the decoded path and query; what a signature is over is `signedTarget`.
  public var target: String {
    let route = "/" + path.map(PercentEncoding.encode).joined(separator: "/")
    guard !query.isEmpty else { return route }
    let items = query.map { PercentEncoding.encode($0.name) + "=" + PercentEncoding.encode($0.value) }
    return route + "?" + items.joined(separator: "&")
  }

  /// What signatures are over: the target as it came, or as it will be sent.
  public var signedTarget: String { receivedTarget ?? target }
}

/// One HTTP response as a value.
public struct WireResponse: Hashable, Sendable {
  public struct Header: Hashable, Sendable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  public var status: Int
  public var headers: [Header]
  /// Shared, not copied, between all who get the same answer.
  public var body: [UInt8]

  public init(status: Int, headers: [Header] = [], body: [UInt8]) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// A JSON answer, `Content-Type: application/json` exactly.
  public static func json(_ value: some Encodable, status: Int = 200) -> WireResponse {
    WireResponse(
      status: status, headers: [Header("Content-Type", "application/json")], body: WireJSON.encode(value))
  }

  /// The first header of that name, in any case of letters.
  public func header(_ name: String) -> String? {
    headers.first { $0.name.isASCIICaseInsensitiveEqual(to: name) }?.value
  }

  /// The refusal an answer stands for, or nil where it is a success. Bodies may be missing or not JSON
  /// behind proxies: then `M_UNKNOWN` with the status.
  public var error: MatrixError? {
    guard !(200..<300).contains(status) else { return nil }
    var error =
      (try? WireJSON.decode(MatrixError.self, from: body))
      ?? MatrixError(.unknown, "The server answered with status \(status).")
    if let seconds = header("Retry-After").flatMap({ Int($0) }), (0...86_400).contains(seconds) {
      error.retryAfter = max(error.retryAfter ?? 0, seconds * 1000)
    }
    return error
  }
}
