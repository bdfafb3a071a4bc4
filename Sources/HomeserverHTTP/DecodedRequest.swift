internal import Homeserver
internal import MatrixWire

/// A request as it came off a connection, with what its answer has to look like on the wire.
struct DecodedRequest: Sendable {
  enum Content: Sendable {
    /// For the homeserver.
    case request(WireRequest)
    /// The adapter knows the answer: a refusal, or what CORS asks.
    case answer(WireResponse)
  }

  var content: Content
  /// The client, where a proxy names it; nil where the client is the other end of the connection.
  var client: Requester?
  /// What the request takes up; nil for a small one.
  var memory: MemoryCharge?
  /// How many bytes of it came while others before it were not answered yet.
  var readAhead = 0
  /// `HEAD`: the answer has no body.
  var isHead = false
  /// HTTP/1.0 has to be told that its connection stays.
  var isOld = false
  /// Whether the connection goes on after the answer.
  var staysOpen = true
  /// Whether the same bytes would be the same request again: nothing came or comes behind its head.
  var isRepeatable = false

  /// A request that was handed over; what it was is not needed any more.
  static let handedOver = DecodedRequest(.answer(WireResponse(status: 200, body: [])))

  init(_ content: Content) { self.content = content }

  /// A refusal with the standard envelope.
  init(refusal status: Int, _ code: ErrorCode, _ message: String, headers: [WireResponse.Header] = []) {
    self.init(refusal: status, MatrixError(code, message), headers: headers)
  }

  init(refusal status: Int, _ error: MatrixError, headers: [WireResponse.Header] = []) {
    var response = WireResponse.json(error, status: status)
    response.headers += headers
    content = .answer(response)
  }
}
