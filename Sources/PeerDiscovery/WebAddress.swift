internal import MatrixWire

/// Where a page is, over HTTPS.
public struct WebAddress: Hashable, Sendable, CustomStringConvertible {
  /// As it is written in a URL, with the brackets of an IPv6 address.
  public var host: String
  public var port: Int
  /// The path, with its query; begins with a slash.
  public var target: String

  /// Where a host says to whom it delegates.
  static func wellKnown(of host: String) -> WebAddress {
    WebAddress(host: host, port: 443, target: "/.well-known/matrix/server")
  }

  /// What to send as `Host`.
  public var authority: String { port == 443 ? host : "\(host):\(port)" }
  public var description: String { "https://\(authority)\(target)" }

  /// Where a redirect from here leads (RFC 9110, `Location`).
  ///
  /// - Returns: nil where it leads out of HTTPS or is none.
  func following(_ location: String) -> WebAddress? {
    guard location.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), location.utf8.count <= 2048 else {
      return nil
    }
    let text = location.prefix { $0 != "#" }
    if text.asciiLowercased.hasPrefix("https://") { return Self(afterScheme: text.dropFirst(8)) }
    if text.hasPrefix("//") { return Self(afterScheme: text.dropFirst(2)) }
    if text.hasPrefix("/") { return WebAddress(host: host, port: port, target: String(text)) }
    // Another scheme, or a path from here; the latter is not worth its rules.
    return nil
  }

  private init?(afterScheme text: Substring) {
    let authority = text.prefix { $0 != "/" && $0 != "?" }
    guard let server = ServerName(authority), let name = ServerNameParts(server) else { return nil }
    let rest = text.dropFirst(authority.count)
    self.init(
      host: name.host, port: name.port ?? 443,
      target: rest.isEmpty ? "/" : rest.hasPrefix("?") ? "/\(rest)" : String(rest))
  }

  init(host: String, port: Int, target: String) {
    self.host = host
    self.port = port
    self.target = target
  }
}
