/// The name of a homeserver, `hostname[:port]`, compared byte by byte.
///
/// Source: Matrix specification, appendices, "Server Name".
public struct ServerName: Hashable, Sendable {
  /// The name as it is on the wire.
  public let rawValue: String

  /// Accepts what the grammar allows and nothing else: a DNS name, an IPv4 literal or a bracketed IPv6
  /// literal, 1 to 230 bytes, with an optional port of 1 to 5 digits.
  public init?(_ text: some StringProtocol) {
    guard Self.isWellFormed(Array(text.utf8)) else { return nil }
    self.rawValue = String(text)
  }

  private static func isWellFormed(_ bytes: [UInt8]) -> Bool {
    guard (1...230).contains(bytes.count) else { return false }
    var rest = bytes[...]
    if rest.first == UInt8(ascii: "[") {
      guard let close = rest.firstIndex(of: UInt8(ascii: "]")) else { return false }
      let literal = rest[rest.startIndex + 1..<close]
      guard (2...45).contains(literal.count), literal.allSatisfy(isIPv6Byte) else { return false }
      rest = rest[(close + 1)...]
    } else {
      let host = rest.prefix(while: isHostByte)
      guard !host.isEmpty else { return false }
      rest = rest[host.endIndex...]
    }
    guard let colon = rest.first else { return true }
    let port = rest.dropFirst()
    return colon == UInt8(ascii: ":") && (1...5).contains(port.count) && port.allSatisfy(isDigit)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func isHostByte(_ byte: UInt8) -> Bool {
    isDigit(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
  }

  private static func isIPv6Byte(_ byte: UInt8) -> Bool {
    isDigit(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
      || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
  }
}

extension ServerName: WireString {
  /// Names are ASCII, where Swift's own comparison is one of bytes, and quick.
  public static func == (left: ServerName, right: ServerName) -> Bool { left.rawValue == right.rawValue }
}
