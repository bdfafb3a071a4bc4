/// One request to a URL that discovery, or what was discovered, named. Carries no access token: only the form of a token
/// endpoint holds secrets, and a redirect is an answer.
public struct WebRequest: Hashable, Sendable {
  public enum Body: Hashable, Sendable {
    case none
    case json([UInt8])
    /// `application/x-www-form-urlencoded`.
    case form([WireRequest.QueryItem])
  }

  public var method: WireRequest.Method
  public var url: WebURL
  public var body: Body
  /// How many bytes an answer may have.
  public var largestAnswer: Int
  /// How long the caller is ready to wait for the whole answer.
  public var timeout: Duration

  public init(
    _ method: WireRequest.Method, _ url: WebURL, body: Body = .none, largestAnswer: Int = 65_536,
    timeout: Duration = .seconds(30)
  ) {
    self.method = method
    self.url = url
    self.body = body
    self.largestAnswer = largestAnswer
    self.timeout = timeout
  }

  /// The body as it is sent, and what kind it is; nil where there is none.
  public var content: (type: String, bytes: [UInt8])? {
    switch body {
    case .none: nil
    case .json(let bytes): ("application/json", bytes)
    case .form(let items):
      (
        "application/x-www-form-urlencoded",
        Array(
          items.map { PercentEncoding.encode($0.name) + "=" + PercentEncoding.encode($0.value) }
            .joined(separator: "&").utf8)
      )
    }
  }
}
