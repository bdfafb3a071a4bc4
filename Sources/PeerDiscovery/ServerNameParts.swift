internal import MatrixWire

/// A server name in its parts.
struct ServerNameParts: Hashable {
  /// As it is written, with the brackets of an IPv6 address.
  let host: String
  let port: Int?

  /// - Returns: nil where the port is none a server could listen on.
  init?(_ name: ServerName) {
    let text = name.rawValue
    guard let colon = text.lastIndex(of: ":"), !text.hasSuffix("]") else {
      (host, port) = (text, nil)
      return
    }
    guard let number = UInt16(text[text.index(after: colon)...]), number > 0 else { return nil }
    (host, port) = (String(text[..<colon]), Int(number))
  }

  var isLiteral: Bool { host.hasPrefix("[") || HostText.isIPv4(host) }

  /// Without brackets.
  var bare: String { host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host }
}
