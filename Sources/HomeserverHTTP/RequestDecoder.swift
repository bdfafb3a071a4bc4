internal import NIOCore
internal import NIOHTTP1

/// The parser of requests. Tells a connection that its client said something, which under encryption not every byte
/// does, and tells an unknown method from what is no HTTP at all.
struct RequestDecoder: ByteToMessageDecoder {
  typealias InboundOut = HTTPServerRequestPart

  private let parser: HTTPRequestDecoder
  private let connection: ConnectionHandler

  init(_ limits: NIOHTTPDecoderLimitConfiguration, _ connection: ConnectionHandler) {
    parser = HTTPRequestDecoder(limitConfiguration: limits)
    self.connection = connection
  }

  func decoderAdded(context: ChannelHandlerContext) { parser.decoderAdded(context: context) }

  func decoderRemoved(context: ChannelHandlerContext) { parser.decoderRemoved(context: context) }

  func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
    connection.hasReadText = true
    connection.beginDecoding()
    if let length = connection.pollAgain(buffer) {
      // The parser is between two requests and never sees this one.
      buffer.moveReaderIndex(forwardBy: length)
      return .continue
    }
    let bytes = buffer.readableBytesView
    do {
      let state = try parser.decode(context: context, buffer: &buffer)
      // Of a head that is not whole yet the parser leaves everything where it is.
      connection.setHeadBytes(buffer.readableBytes)
      connection.noteRequest(bytes.dropLast(buffer.readableBytes))
      return state
    } catch HTTPParserError.invalidMethod where !Self.mayBeMethod(bytes) {
      throw HTTPParserError.unknown
    }
  }

  func decodeLast(
    context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool
  ) throws -> DecodingState {
    try parser.decodeLast(context: context, buffer: &buffer, seenEOF: seenEOF)
  }

  private static let known: Set<String> = ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH"]

  private static let blank = Array("\r\n\r\n".utf8)

  /// Whether the first request in the bytes whose method is not known begins as requests do: with a token, and
  /// a space or nothing yet behind it.
  private static func mayBeMethod(_ bytes: ByteBufferView) -> Bool {
    var rest = bytes[...]
    while true {
      rest = rest.drop { $0 == 13 || $0 == 10 }
      let word = rest.prefix(while: isToken)
      if !known.contains(String(decoding: word, as: UTF8.self)) {
        return !word.isEmpty && (word.endIndex == rest.endIndex || rest[word.endIndex] == 32)
      }
      // Some requests were fine: on to the next, which is behind an empty line.
      guard let end = rest.firstRange(of: blank) else { return true }
      rest = rest[end.upperBound...]
    }
  }

  /// RFC 9110 section 5.6.2.
  private static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
