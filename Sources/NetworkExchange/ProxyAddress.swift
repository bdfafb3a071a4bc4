internal import AsyncHTTPClient
internal import MatrixWire

/// An HTTP proxy that opens a way through itself with CONNECT (RFC 9110, section 9.3.6).
public struct ProxyAddress: Hashable, Sendable, CustomStringConvertible {
  let host: String
  let port: UInt16
  /// User name and password with a colon between them; nil where none are given.
  let credentials: String?

  /// Without the credentials.
  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  /// `http://proxy.example:3128`, or without the scheme, and perhaps `user:password@` before the host.
  ///
  /// - Throws: `SettingProblem`.
  public init(checking text: String) throws(SettingProblem) {
    var rest = text[...]
    if let scheme = text.firstRange(of: "://") {
      guard text[..<scheme.lowerBound].asciiLowercased == "http" else {
        throw SettingProblem("does not begin with http://; only HTTP proxies are spoken to")
      }
      rest = text[scheme.upperBound...]
    }
    while rest.hasSuffix("/") { rest.removeLast() }
    if let at = rest.lastIndex(of: "@") {
      guard let credentials = Self.decode(rest[..<at]) else {
        throw SettingProblem("has a % in its user name or password that stands for nothing")
      }
      self.credentials = credentials
      rest = rest[rest.index(after: at)...]
    } else {
      credentials = nil
    }
    let authority = try ServerAddress.Authority(rest, isEncrypted: false)
    (host, port) = (authority.host, authority.port)
  }

  private static func decode(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      guard digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit), let value = UInt8(digits, radix: 16)
      else {
        return nil
      }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}

/// Which servers are reached through a proxy, as `HTTPS_PROXY` and `NO_PROXY` say it.
public struct ProxyRules: Hashable, Sendable {
  private let proxy: String?
  private let exceptions: [Substring]

  /// - Parameters:
  ///   - proxy: what `HTTPS_PROXY` holds; nil for no proxy.
  ///   - exceptions: what `NO_PROXY` holds: hosts with commas between them, each standing for what is below it as
  ///     well, perhaps with a port; networks such as `10.0.0.0/8`; or `*` for every host.
  public init(proxy: String?, exceptions: String?) {
    self.proxy = proxy
    self.exceptions = (exceptions ?? "").asciiLowercased.split { $0 == "," || $0.isWhitespace }
  }

  /// The proxy to reach a server by; nil for none. This machine, Unix sockets and servers without TLS need none.
  ///
  /// - Throws: `SettingProblem` where the proxy is none that can be used.
  public func proxy(for server: ServerAddress) throws(SettingProblem) -> ProxyAddress? {
    guard let proxy, let authority = server.authority, authority.isEncrypted, !authority.isLoopback,
      !exceptions.contains(where: { Self.matches($0, authority) })
    else { return nil }
    return try ProxyAddress(checking: proxy)
  }

  private static func matches(_ exception: Substring, _ authority: ServerAddress.Authority) -> Bool {
    if exception == "*" { return true }
    let host = authority.host.asciiLowercased
    if let slash = exception.firstIndex(of: "/") {
      return contains(exception[..<slash], exception[exception.index(after: slash)...], host)
    }
    var name = exception
    if exception.first == "[", let close = exception.lastIndex(of: "]") {
      let port = exception[exception.index(after: close)...]
      guard port.isEmpty || port == ":\(authority.port)" else { return false }
      name = exception[exception.index(after: exception.startIndex)..<close]
    } else if let colon = exception.firstIndex(of: ":"), exception.lastIndex(of: ":") == colon {
      guard exception[exception.index(after: colon)...] == "\(authority.port)" else { return false }
      name = exception[..<colon]
    }
    if name.hasPrefix("*.") {
      name = name.dropFirst(2)
    } else if name.hasPrefix(".") {
      name = name.dropFirst()
    }
    guard !name.isEmpty else { return false }
    return host == name || host.hasSuffix(".\(name)")
  }

  /// Whether an IPv4 address lies in a network.
  private static func contains(_ network: Substring, _ length: Substring, _ host: String) -> Bool {
    guard let length = Int(length), (0...32).contains(length), let network = number(network),
      let address = number(host[...])
    else { return false }
    // A shift by all 32 bits gives 0.
    return (network ^ address) >> UInt32(32 - length) == 0
  }

  private static func number(_ text: Substring) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let bytes = parts.compactMap { UInt8($0) }
    guard parts.count == 4, bytes.count == 4 else { return nil }
    return bytes.reduce(0) { $0 << 8 | UInt32($1) }
  }
}

extension HTTPClient.Configuration.Proxy {
  init(_ proxy: ProxyAddress) {
    self = .server(host: proxy.host, port: Int(proxy.port))
    guard let credentials = proxy.credentials else { return }
    let parts = credentials.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    authorization = .basic(
      username: String(parts.first ?? ""), password: String(parts.dropFirst().first ?? ""))
  }
}
