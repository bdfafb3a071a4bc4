internal import NIOCore

extension HTTPServer {
  /// Where a server listens.
  public enum Endpoint: Hashable, Sendable, CustomStringConvertible {
    /// A name or an address of this machine; port 0 lets the system choose.
    case tcp(host: String, port: Int)
    /// A socket file that only its owner may use. The folder's permissions are the caller's business.
    case unix(path: String)

    public var description: String {
      switch self {
      case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
      case .unix(let path): path
      }
    }

    var unixPath: String? {
      if case .unix(let path) = self { path } else { nil }
    }

    /// With the port the system chose.
    func bound(to address: SocketAddress?) -> Endpoint {
      guard case .tcp(let host, _) = self, let port = address?.port else { return self }
      return .tcp(host: host, port: port)
    }
  }
}
