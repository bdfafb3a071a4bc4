/// Where something is on the web: `https://` or `http://`, a host, perhaps a port, a path and a query (RFC 3986).
///
/// Without user name, password and fragment: the first two never belong into a URL that is kept or shown, and the last
/// is not sent.
public struct WebURL: WireString {
  public let isEncrypted: Bool
  /// In small letters; an IPv6 address without its brackets.
  public let host: String
  public let port: UInt16
  /// Path and query, beginning with a slash.
  public let target: String

  /// In bytes.
  private static let longest = 2_000

  /// - Returns: nil where the text is no such URL, or has an `@`: what stands before one may be a password.
  public init?(_ text: String) {
    guard text.utf8.count <= Self.longest, text.utf8.allSatisfy(Self.isPlain) else { return nil }
    let lower = text.asciiLowercased
    guard let scheme = ["https://", "http://"].first(where: { lower.hasPrefix($0) }) else { return nil }
    let rest = text.dropFirst(scheme.count).prefix { $0 != "#" }
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    let target = rest[authority.endIndex...]
    // The grammar of a server's name is that of host and port, but for the underscore, which machines of a local network have
    // in their names.
    guard let name = ServerName(String(authority.map { $0 == "_" ? "-" : $0 })) else { return nil }
    isEncrypted = scheme == "https://"
    let isAddress = authority.first == "["
    host = (isAddress ? name.host : String(authority.prefix(name.host.utf8.count))).asciiLowercased
    guard let given = name.port else {
      port = isEncrypted ? 443 : 80
      self.target = Self.absolute(target)
      return
    }
    guard let number = UInt16(given), number > 0 else { return nil }
    port = number
    self.target = Self.absolute(target)
  }

  /// Scheme, host and port: what the security of the web hangs on (RFC 6454). The usual port is left out.
  public var origin: String {
    let host = host.contains(":") ? "[\(host)]" : host
    let usual: UInt16 = isEncrypted ? 443 : 80
    return (isEncrypted ? "https://" : "http://") + host + (port == usual ? "" : ":\(port)")
  }

  public var rawValue: String { origin + target }

  /// Without the slashes at its end.
  public var text: String {
    var text = rawValue
    while text.hasSuffix("/") { text.removeLast() }
    return text
  }

  /// Whether it is on this machine itself.
  public var isLoopback: Bool { Self.isLoopback(host) }

  /// Whether a host is this machine itself.
  public static func isLoopback(_ host: String) -> Bool {
    let name = host.asciiLowercased
    return name == "localhost" || name.hasSuffix(".localhost") || IPAddress(name)?.isLoopback ?? false
  }

  /// The same base with more path behind it.
  ///
  /// - Parameter path: beginning with a slash.
  /// - Returns: nil where the whole is too long, or there is a query.
  public func appending(_ path: String) -> WebURL? {
    target.contains("?") ? nil : WebURL(text + path)
  }

  /// Where a redirect from here leads (RFC 9110, 10.2.2).
  ///
  /// - Parameter location: the value of the header: a whole URL, or one relative to this one.
  /// - Returns: nil where it leads nowhere on the web.
  public func redirected(to location: String) -> WebURL? {
    if let url = WebURL(location) { return url }
    if location.hasPrefix("//") { return WebURL((isEncrypted ? "https:" : "http:") + location) }
    if location.hasPrefix("/") { return WebURL(origin + location) }
    guard !location.isEmpty, !location.prefix(while: { $0 != "/" }).contains(":") else { return nil }
    let path = target.prefix { $0 != "?" }
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
    return WebURL(origin + folder + location)
  }

  private static func absolute(_ target: Substring) -> String {
    target.hasPrefix("/") ? String(target) : "/" + target
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    (0x21...0x7E).contains(byte) && !"\\\"<>@^`{|}".utf8.contains(byte)
  }
}

extension ServerName {
  /// The name without its port; an IPv6 address without its brackets.
  public var host: String {
    if rawValue.hasPrefix("[") { return String(rawValue.dropFirst().prefix { $0 != "]" }) }
    return String(rawValue.prefix { $0 != ":" })
  }

  /// The digits behind the last colon; nil where there are none.
  public var port: String? {
    let rest = rawValue.hasPrefix("[") ? rawValue.drop { $0 != "]" } : rawValue[...]
    return rest.firstIndex(of: ":").map { String(rest[rest.index(after: $0)...]) }
  }
}
