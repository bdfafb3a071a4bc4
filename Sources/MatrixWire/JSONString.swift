extension [UInt8] {
  /// Adds a text as JSON has it, with the fewest escapes: `"`, `\` and control characters.
  ///
  /// These are the escapes of canonical JSON (Matrix specification, appendices), the short ones where there
  /// are short ones.
  mutating func appendJSONString(_ text: String) {
    append(UInt8(ascii: "\""))
    if text.utf8.contains(where: Self.isEscaped) {
      for byte in text.utf8 { appendEscaped(byte) }
    } else {
      append(contentsOf: text.utf8)
    }
    append(UInt8(ascii: "\""))
  }

  private static func isEscaped(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private mutating func appendEscaped(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): self += [UInt8(ascii: "\\"), byte]
    case 0x08: append(contentsOf: "\\b".utf8)
    case 0x09: append(contentsOf: "\\t".utf8)
    case 0x0A: append(contentsOf: "\\n".utf8)
    case 0x0C: append(contentsOf: "\\f".utf8)
    case 0x0D: append(contentsOf: "\\r".utf8)
    case ..<0x20:
      append(contentsOf: (byte < 0x10 ? "\\u000" : "\\u001").utf8)
      append(contentsOf: String(byte & 0xF, radix: 16).utf8)
    default: append(byte)
    }
  }
}
