/// A JSON object as somebody sent it, kept byte by byte: this server stores it and never looks inside.
public struct JSONObject: Hashable, Sendable {
  public let bytes: [UInt8]

  private struct Shape: Decodable {
    init(from decoder: any Decoder) throws { _ = try decoder.container(keyedBy: WireKey.self) }
  }

  /// - Parameter bytes: UTF-8, which is the only encoding JSON has between machines (RFC 8259 section 8.1).
  /// - Throws: `M_NOT_JSON`, or `M_BAD_JSON` for JSON that is no object.
  public init(_ bytes: [UInt8]) throws(MatrixError) {
    guard String(validating: bytes, as: UTF8.self) != nil, !bytes.contains(0) else {
      throw MatrixError(.notJSON, "The body is not JSON in UTF-8.")
    }
    _ = try WireJSON.decode(Shape.self, from: bytes)
    self.bytes = bytes
  }
}
