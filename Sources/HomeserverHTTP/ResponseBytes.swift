internal import MatrixWire
internal import NIOCore
internal import NIOHTTP1

/// Answers as bytes, one buffer each (RFC 9112 section 4), with the headers every answer has.
enum ResponseBytes {
  static let invitation = "HTTP/1.1 100 Continue\r\n\r\n"

  /// - Parameters:
  ///   - response: the answer.
  ///   - decoded: what it answers.
  ///   - staysOpen: whether the connection goes on afterwards.
  ///   - date: the line that says when.
  ///   - bytes: becomes head and body.
  static func render(
    _ response: WireResponse, to decoded: DecodedRequest, staysOpen: Bool, date: String,
    into bytes: inout ByteBuffer
  ) {
    bytes.clear(minimumCapacity: 384 + (decoded.isHead ? 0 : response.body.count))
    let status = HTTPResponseStatus(statusCode: response.status)
    if response.status == 200 {
      bytes.writeStaticString("HTTP/1.1 200 OK\r\n")
    } else {
      bytes.writeString("HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n")
    }
    bytes.writeString(date)
    bytes.writeStaticString(crossOrigin)
    for header in response.headers where isOurs(header) {
      bytes.writeString(header.name)
      bytes.writeStaticString(": ")
      bytes.writeString(header.value)
      bytes.writeStaticString("\r\n")
    }
    if status.mayHaveResponseBody {
      bytes.writeStaticString("Content-Length: ")
      bytes.writeString(String(response.body.count))
      bytes.writeStaticString("\r\n")
    }
    if !staysOpen {
      bytes.writeString("Connection: close\r\n")
    } else if decoded.isOld {
      bytes.writeString("Connection: keep-alive\r\n")
    }
    bytes.writeStaticString("\r\n")
    if !decoded.isHead, status.mayHaveResponseBody { bytes.writeBytes(response.body) }
  }

  /// Protocol 1.5.
  private static let crossOrigin: StaticString = """
    Access-Control-Allow-Origin: *\r
    Access-Control-Allow-Methods: GET, HEAD, POST, PUT, DELETE, OPTIONS\r
    Access-Control-Allow-Headers: X-Requested-With, Content-Type, Authorization\r

    """

  private static func isControl(_ byte: UInt8) -> Bool { byte < 32 || byte == 127 }

  private static let framing: Set<String> = ["content-length", "connection", "transfer-encoding", "date"]

  /// Framing and the date are this type's business, and nothing in a header may end it early.
  private static func isOurs(_ header: WireResponse.Header) -> Bool {
    guard !header.value.utf8.contains(where: isControl) else { return false }
    return header.name == "Content-Type"
      || (!header.name.utf8.contains(where: isControl) && !framing.contains(header.name.asciiLowercased))
  }
}
