internal import MatrixWire

/// The path and query of a request target (RFC 9112 section 3.2), each segment and value decoded once.
struct RequestTarget: Hashable, Sendable {
  let path: [String]
  let query: [WireRequest.QueryItem]
  /// Both as they came.
  let text: String

  /// Takes the origin form (`/path?query`), the absolute form (`http://host/path?query`) and `*`.
  ///
  /// In queries `+` is a space, as HTML forms have it. `%2F` in a segment is a part of it and ends nothing.
  ///
  /// - Throws: `M_INVALID_PARAM` where an escape is broken, decodes to no text, or the form is another one.
  init(_ text: String) throws(MatrixError) {
    let origin = try Self.origin(text)
    self.text = String(origin)
    let end = origin.utf8.firstIndex(of: UInt8(ascii: "?")) ?? origin.endIndex
    path = try Self.segments(origin[..<end])
    query = try Self.items(Substring(origin.utf8[end...].dropFirst()))
  }

  private static func origin(_ text: String) throws(MatrixError) -> Substring {
    if text.utf8.first == UInt8(ascii: "/") { return text[...] }
    if text == "*" { return "" }
    guard let scheme = ["http://", "https://"].first(where: { text.asciiLowercased.hasPrefix($0) }) else {
      throw MatrixError(.invalidParameter, "The request target is neither a path nor a URL.")
    }
    let rest = text.dropFirst(scheme.count)
    guard let start = rest.firstIndex(where: { $0 == "/" || $0 == "?" }) else { return "" }
    return rest[start...]
  }

  private static func segments(_ text: Substring) throws(MatrixError) -> [String] {
    var segments: [String] = []
    let trimmed = text.utf8.first == UInt8(ascii: "/") ? text.utf8.dropFirst() : text.utf8[...]
    guard !trimmed.isEmpty else { return [] }
    for segment in trimmed.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      segments.append(try decoded(Substring(segment), in: "path"))
    }
    return segments
  }

  private static func items(_ text: Substring) throws(MatrixError) -> [WireRequest.QueryItem] {
    var items: [WireRequest.QueryItem] = []
    for item in text.utf8.split(separator: UInt8(ascii: "&")) {
      let end = item.firstIndex(of: UInt8(ascii: "=")) ?? item.endIndex
      let name = try decoded(spaced(Substring(item[..<end])), in: "query")
      items.append(.init(name, try decoded(spaced(Substring(item[end...].dropFirst())), in: "query")))
    }
    return items
  }

  private static func spaced(_ text: Substring) -> Substring {
    guard text.utf8.contains(UInt8(ascii: "+")) else { return text }
    return Substring(String(decoding: text.utf8.map { $0 == UInt8(ascii: "+") ? 32 : $0 }, as: UTF8.self))
  }

  private static func decoded(_ text: Substring, in place: String) throws(MatrixError) -> String {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
    guard let decoded = PercentEncoding.decode(text) else {
      throw MatrixError(.invalidParameter, "The \(place) of the request has a broken percent escape.")
    }
    return decoded
  }
}
