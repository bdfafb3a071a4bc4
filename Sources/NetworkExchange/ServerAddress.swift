internal import MatrixWire

/// Where a homeserver is reached.
public struct ServerAddress: Hashable, Sendable, CustomStringConvertible {
  /// What a request's target is appended to; without a slash at its end.
  let base: String
  /// What to send as `Host` where the address has none: HTTP/1.1 wants one in every request.
  let host: String?
  /// For people.
  public let description: String

  /// The base URL of a homeserver: `http://` or `https://`, a host, perhaps a port and a path before
  /// `/_matrix`.
  ///
  /// - Returns: nil where it is none, or carries a query, a fragment or a password.
  public init?(url: String) {
    let schemes = ["http://", "https://"]
    guard let scheme = schemes.first(where: { url.lowercased().hasPrefix($0) }) else { return nil }
    var rest = url.dropFirst(scheme.count)
    while rest.hasSuffix("/") { rest.removeLast() }
    let isPlain = rest.utf8.allSatisfy { byte in
      (0x21...0x7E).contains(byte) && !"?#@\\\"<>^`{|}".utf8.contains(byte)
    }
    guard let first = rest.first, first != "/", first != ":", isPlain else { return nil }
    base = scheme + rest
    host = nil
    description = base
  }

  /// A Unix socket, by the path of its file.
  public init(socket path: String) {
    base = "http+unix://" + PercentEncoding.encode(path)
    host = "localhost"
    description = path
  }
}
