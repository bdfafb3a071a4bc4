internal import MatrixWire
internal import NIOHTTP1

extension DecodedRequest {
  /// The last answer of a connection whose client does not speak HTTP as this server does.
  init(refusing error: HTTPParserError) {
    switch error {
    case .headerOverflow: self.init(refusal: 431, .tooLarge, "The head of the request is too large.")
    case .invalidMethod: self.init(refusal: 405, .unrecognized, "The request begins with no method of HTTP.")
    case .invalidVersion: self.init(refusal: 505, .unknown, "This server speaks HTTP/1.1 and HTTP/1.0.")
    default: self.init(refusal: 400, .unknown, "This is not HTTP.")
    }
    staysOpen = false
  }

  /// The last answer of a connection whose request does not come to its end.
  static var late: DecodedRequest {
    var decoded = DecodedRequest(refusal: 408, .unknown, "The request did not come in time.")
    decoded.staysOpen = false
    return decoded
  }
}
