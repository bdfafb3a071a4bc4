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
  /// - Throws: `M_INVALID_PARAM` where an escape is broken, decodes to no text, or the form is another one, and where
  ///   there are more parts than any endpoint has: each costs memory before the client is known.
  init(_ text: String) throws(MatrixError) {
    let origin = try Self.origin(text)
    self.text = String(origin)
    let end = origin.utf8.firstIndex(of: UInt8(ascii: "?")) ?? origin.endIndex
    path = try Self.segments(origin[..<end])
    query = try Self.items(Substring(origin.utf8[end...].dropFirst()))
  }

  /// How many segments a path may have, and how many parameters a query.
  private static let mostParts = 64

  private static func origin(_ text: String) throws(MatrixError) -> Substring {
    if text.utf8.first == UInt8(ascii: "/") { return text[...] }
    if text == "*" { return "" }
    let start = String(text.prefix(8)).asciiLowercased
    guard let scheme = ["http://", "https://"].first(where: { start.hasPrefix($0) }) else {
      throw MatrixError(.invalidParameter, "The request target is neither a path nor a URL.")
    }
    let rest = text.utf8.dropFirst(scheme.utf8.count)
    let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
    return end.map { text[$0...] } ?? ""
  }

  private static func segments(_ text: Substring) throws(MatrixError) -> [String] {
    var segments: [String] = []
    let trimmed = text.utf8.first == UInt8(ascii: "/") ? text.utf8.dropFirst() : text.utf8[...]
    guard !trimmed.isEmpty else { return [] }
    let parts = trimmed.split(
      separator: UInt8(ascii: "/"), maxSplits: mostParts, omittingEmptySubsequences: false)
    try check(parts.count, in: "path")
    for segment in parts {
      segments.append(try decoded(Substring(segment), in: "path"))
    }
    return segments
  }

  private static func items(_ text: Substring) throws(MatrixError) -> [WireRequest.QueryItem] {
    var items: [WireRequest.QueryItem] = []
    let parts = text.utf8.split(separator: UInt8(ascii: "&"), maxSplits: mostParts)
    try check(parts.count, in: "query")
    for item in parts {
      let end = item.firstIndex(of: UInt8(ascii: "=")) ?? item.endIndex
      let name = try decoded(spaced(Substring(item[..<end])), in: "query")
      items.append(.init(name, try decoded(spaced(Substring(item[end...].dropFirst())), in: "query")))
    }
    return items
  }

  private static func check(_ parts: Int, in place: String) throws(MatrixError) {
    guard parts <= mostParts else {
      throw MatrixError(.invalidParameter, "The \(place) of the request has more than \(mostParts) parts.")
    }
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
