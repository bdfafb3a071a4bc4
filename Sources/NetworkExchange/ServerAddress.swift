internal import MatrixWire

/// Where a homeserver is reached.
public struct ServerAddress: Hashable, Sendable, CustomStringConvertible {
  /// What a request's target is appended to; without a slash at its end.
  let base: String
  /// What to send as `Host` where the address has none: HTTP/1.1 wants one in every request.
  let host: String?
  /// For people.
  public private(set) var description: String
  /// The host and port that connections go to, and whether they are encrypted; nil for a Unix socket.
  let authority: Authority?

  /// The base URL of a homeserver: `http://` or `https://`, a host, perhaps a port and a path before
  /// `/_matrix`.
  ///
  /// - Returns: nil where it is none, or carries a query, a fragment or a password.
  public init?(url: String) { try? self.init(checking: url) }

  /// The same, with a reason for people where the text is no base URL of a homeserver.
  ///
  /// - Throws: `SettingProblem`.
  public init(checking url: String) throws(SettingProblem) {
    guard let scheme = Self.schemes.first(where: { url.asciiLowercased.hasPrefix($0) }) else {
      throw Self.problem(withoutScheme: url)
    }
    var rest = url.dropFirst(scheme.count)
    while rest.hasSuffix("/") { rest.removeLast() }
    guard rest.utf8.count <= Self.longest else {
      throw SettingProblem("is longer than \(Self.longest) bytes")
    }
    guard !rest.utf8.contains(where: { "?#".utf8.contains($0) }) else {
      throw SettingProblem("has a query or a fragment; give the URL without ? and #")
    }
    guard !rest.utf8.contains(UInt8(ascii: "@")) else {
      throw SettingProblem("has a user name or a password in it; leave out what stands before the @")
    }
    guard rest.utf8.allSatisfy(Self.isPlain) else {
      throw SettingProblem("has characters no URL has; bücher.example is written xn--bcher-kva.example")
    }
    let text = rest.prefix { $0 != "/" }
    authority = try Authority(text, isEncrypted: scheme == "https://")
    base = scheme + rest
    host = nil
    description = base
  }

  /// A Unix socket, by the path of its file.
  public init(socket path: String) {
    base = "http+unix://" + PercentEncoding.encode(path)
    host = "localhost"
    description = path
    authority = nil
  }

  /// The same address, with words for people that say what is on the way.
  func reached(by proxy: ProxyAddress) -> ServerAddress {
    var address = self
    address.description += " (by the proxy \(proxy))"
    return address
  }

  private static let schemes = ["http://", "https://"]
  /// In bytes, without the scheme.
  private static let longest = 2_000

  private static func isPlain(_ byte: UInt8) -> Bool {
    (0x21...0x7E).contains(byte) && !"\\\"<>^`{|}".utf8.contains(byte)
  }

  private static func problem(withoutScheme text: String) -> SettingProblem {
    if text.isEmpty { return SettingProblem("is empty") }
    // A host and a port alone may look like a scheme: localhost:8008.
    guard !text.contains("://"), let address = try? ServerAddress(checking: "http://" + text),
      let authority = address.authority
    else { return SettingProblem("does not begin with http:// or https://") }
    let scheme = authority.isLikelyPlain ? "http://" : "https://"
    return SettingProblem("lacks \(scheme) in front: did you mean \(scheme)\(address.base.dropFirst(7))?")
  }
}

extension ServerAddress {
  /// Host and port of a URL.
  struct Authority: Hashable, Sendable {
    /// A name, an IPv4 address, or an IPv6 address without its brackets.
    let host: String
    /// 1 to 65535: libraries trap on others.
    let port: UInt16
    let isEncrypted: Bool

    init(_ text: Substring, isEncrypted: Bool) throws(SettingProblem) {
      var host = text
      var port: Substring?
      if text.first == "[" {
        guard let close = text.firstIndex(of: "]") else {
          throw SettingProblem("has no ] behind its IPv6 address")
        }
        host = text[text.index(after: text.startIndex)..<close]
        let rest = text[text.index(after: close)...]
        guard host.contains(":"), host.utf8.allSatisfy(Self.isAddressByte) else {
          throw SettingProblem("has no IPv6 address between [ and ]")
        }
        guard rest.isEmpty || rest.first == ":" else {
          throw SettingProblem("has more than a port behind the ]")
        }
        port = rest.isEmpty ? nil : rest.dropFirst()
      } else {
        if let colon = text.firstIndex(of: ":") {
          host = text[..<colon]
          port = text[text.index(after: colon)...]
        }
        guard !host.isEmpty else { throw SettingProblem("names no host") }
        guard host.utf8.count <= 253, host.utf8.allSatisfy(Self.isNameByte) else {
          throw SettingProblem("names a host that no host can be called")
        }
      }
      self.host = String(host)
      self.isEncrypted = isEncrypted
      guard let port else {
        self.port = isEncrypted ? 443 : 80
        return
      }
      guard port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(port), number > 0 else {
        throw SettingProblem("has a port that is no number from 1 to 65535")
      }
      self.port = number
    }

    /// This machine itself, which no proxy is in front of.
    var isLoopback: Bool {
      let name = host.asciiLowercased
      return name == "localhost" || name.hasSuffix(".localhost") || isIPv4 && host.hasPrefix("127.")
        || name == "::1"
    }

    /// Whether a server there rather speaks without TLS: an address, or this machine.
    var isLikelyPlain: Bool { isLoopback || isIPv4 || host.contains(":") }

    private var isIPv4: Bool {
      let parts = host.split(separator: ".", omittingEmptySubsequences: false)
      return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || "-._".utf8.contains(byte)
    }

    private static func isAddressByte(_ byte: UInt8) -> Bool {
      (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
        || ":.".utf8.contains(byte)
    }
  }
}
