/// A JSON object as a client sent it, kept byte by byte: this server stores it and never looks inside.
public struct JSONObject: Hashable, Sendable {
  public let bytes: [UInt8]

  /// Everything is read, to the last escape: what is stored here is handed out again, and its readers may be stricter
  /// than a decoder that skips what nobody asked for.
  ///
  /// - Parameter bytes: UTF-8, which is the only encoding JSON has between machines (RFC 8259 section 8.1).
  /// - Throws: `M_NOT_JSON`, or `M_BAD_JSON` for JSON that is no object or nested too deep.
  public init(_ bytes: [UInt8]) throws(MatrixError) {
    var rules = CanonicalJSON.ParsingRules()
    rules.takesAllJSON = true
    let value: CanonicalJSON
    do throws(CanonicalJSON.Problem) {
      value = try CanonicalJSON(parsing: bytes, rules)
    } catch {
      let isJSON = ![.notJSON, .notUTF8].contains(error.reason)
      throw MatrixError(isJSON ? .badJSON : .notJSON, "The body is not what is stored here. \(error)")
    }
    guard case .object = value else { throw MatrixError(.badJSON, "The body is not a JSON object.") }
    self.bytes = bytes
  }
}
