internal import NIOCore

extension HTTPServer {
  /// What a server proves its name with. Copies share what was read from the files.
  public struct TLSIdentity: Hashable, Sendable {
    /// Files in PEM: the certificate with those that vouch for it, and its key.
    public var certificates: String
    public var privateKey: String
    let loaded = LoadedIdentity()

    public init(certificates: String, privateKey: String) {
      self.certificates = certificates
      self.privateKey = privateKey
    }

    public static func == (left: TLSIdentity, right: TLSIdentity) -> Bool {
      left.certificates == right.certificates && left.privateKey == right.privateKey
    }

    public func hash(into hasher: inout Hasher) {
      hasher.combine(certificates)
      hasher.combine(privateKey)
    }
  }

  /// Where a server listens.
  public enum Endpoint: Hashable, Sendable, CustomStringConvertible {
    /// A name or an address of this machine; port 0 lets the system choose.
    case tcp(host: String, port: Int)
    /// The same, encrypted.
    case tls(host: String, port: Int, TLSIdentity)
    /// A socket file that only its owner may use. The folder's permissions are the caller's business.
    case unix(path: String)

    public var description: String {
      switch self {
      case .tcp(let host, let port), .tls(let host, let port, _):
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
      case .unix(let path): path
      }
    }

    var unixPath: String? {
      if case .unix(let path) = self { path } else { nil }
    }

    /// With the port the system chose.
    func bound(to address: SocketAddress?) -> Endpoint {
      guard let port = address?.port else { return self }
      return switch self {
      case .tcp(let host, _): .tcp(host: host, port: port)
      case .tls(let host, _, let identity): .tls(host: host, port: port, identity)
      case .unix: self
      }
    }
  }
}
