/// Collects a paste up to `ESC [ 2 0 1 ~`, which may come in pieces.
struct PasteCollector: Sendable {
  private static let end = Array("\u{1B}[201~".utf8)

  private var bytes: [UInt8] = []
  /// How much of the end has come.
  private var matched = 0

  /// - Returns: Whether the paste is over.
  mutating func take(_ byte: UInt8, limit: Int) -> Bool {
    if byte == Self.end[matched] {
      matched += 1
      return matched == Self.end.count
    }
    keep(Self.end[..<matched], limit)
    matched = byte == Self.end[0] ? 1 : 0
    if matched == 0 { keep([byte], limit) }
    return false
  }

  /// The text so far, decoded leniently; what there is of the end stays.
  mutating func takeText() -> String {
    defer { bytes = [] }
    if matched == Self.end.count { matched = 0 }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What there is of the end, where the paste fell silent within it.
  mutating func takePartOfEnd() -> [UInt8] {
    defer { matched = 0 }
    return Array(Self.end[..<matched])
  }

  private mutating func keep(_ more: some Collection<UInt8>, _ limit: Int) {
    bytes += more.prefix(max(0, limit - bytes.count))
  }
}
