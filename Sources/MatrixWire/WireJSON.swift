#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// JSON as it goes over the wire: sorted keys (same value, same bytes) and no escaped slashes.
///
/// The parser underneath refuses nesting deeper than 512 levels, which bounds recursion over foreign data.
public enum WireJSON {
  /// The bytes of a value. Our own wire types always encode; a value that cannot is a programming mistake
  /// and comes out as `{}`.
  public static func encode(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(value) else {
      assertionFailure("\(type(of: value)) has no JSON form")
      return Array("{}".utf8)
    }
    return Array(data)
  }

  /// The value that bytes encode.
  ///
  /// - Throws: `MatrixError` with `M_NOT_JSON` (no JSON at all), `M_MISSING_PARAM` (a required field is not
  ///   there) or `M_BAD_JSON` (the wrong shape), each naming the field; and what the type itself throws as one.
  public static func decode<Value: Decodable>(
    _ type: Value.Type = Value.self, from bytes: some Sequence<UInt8>
  ) throws(MatrixError) -> Value {
    let data = Data(bytes)
    // The decoder looks at the texts it is asked for, and JSON is UTF-8 to its end (RFC 8259 section 8.1).
    guard String(validating: data, as: UTF8.self) != nil else {
      throw MatrixError(.notJSON, "The body is not JSON: it is not UTF-8.")
    }
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch let error as DecodingError {
      throw isJSON(data) ? matrixError(for: error) : MatrixError(.notJSON, "The body is not JSON.")
    } catch let error as MatrixError {
      throw error
    } catch {
      throw MatrixError(.notJSON, "The body is not JSON.")
    }
  }

  /// The value that the body of a request encodes, which may be left out: nothing counts as `{}`.
  ///
  /// - Throws: as `decode(_:from:)`.
  public static func decode<Value: Decodable>(
    _ type: Value.Type = Value.self, fromOptional body: [UInt8]
  ) throws(MatrixError) -> Value {
    try decode(type, from: body.isEmpty ? Array("{}".utf8) : body)
  }

  /// The value that an answer encodes, which carries what anybody sent: arrays and objects nested so deep that no parser
  /// follows them count as `null`, and the rest is read.
  ///
  /// - Throws: as `decode(_:from:)`.
  public static func decode<Value: Decodable>(
    _ type: Value.Type = Value.self, fromAnswer body: [UInt8]
  ) throws(MatrixError) -> Value {
    do throws(MatrixError) {
      return try decode(type, from: body)
    } catch {
      guard error.code == .notJSON, let shallow = shallow(body) else { throw error }
      return try decode(type, from: shallow)
    }
  }

  /// Deeper than any event of a server that keeps to the specification is nested.
  private static let deepestAnswer = 256

  /// JSON without what lies deeper; nil where nothing does.
  private static func shallow(_ bytes: [UInt8]) -> [UInt8]? {
    var kept: [UInt8] = []
    var (depth, deepest) = (0, 0)
    var (isInText, isEscaped) = (false, false)
    for byte in bytes {
      let wasKept = depth <= deepestAnswer
      switch byte {
      case _ where isInText:
        isInText = isEscaped || byte != UInt8(ascii: "\"")
        isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
      case UInt8(ascii: "\""): isInText = true
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        depth += 1
        deepest = max(deepest, depth)
        if wasKept, depth > deepestAnswer { kept.append(contentsOf: "null".utf8) }
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      default: break
      }
      if wasKept, depth <= deepestAnswer { kept.append(byte) }
    }
    return deepest > deepestAnswer ? kept : nil
  }

  private struct Anything: Decodable {
    init(from decoder: any Decoder) {}
  }

  /// Asked only after a failure: the decoder's own error does not tell a broken body from a number that does
  /// not fit its field.
  private static func isJSON(_ data: Data) -> Bool {
    (try? JSONDecoder().decode(Anything.self, from: data)) != nil
  }

  private static func matrixError(for error: DecodingError) -> MatrixError {
    switch error {
    case .dataCorrupted(let context) where context.codingPath.isEmpty:
      MatrixError(.badJSON, "A value does not fit its field.")
    case .dataCorrupted(let context):
      MatrixError(.badJSON, "Bad value at '\(path(context))': \(context.debugDescription)")
    case .keyNotFound(let key, let context):
      MatrixError(.missingParameter, "Missing field '\(path(context, key))'.")
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      MatrixError(.badJSON, "Wrong type at '\(path(context))'.")
    @unknown default:
      MatrixError(.badJSON, "The body has the wrong shape.")
    }
  }

  private static func path(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
    let keys = context.codingPath + (last.map { [$0] } ?? [])
    return keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
  }
}
