internal import MatrixWire

/// How a server is reached, and what it has to prove: the end of a resolution.
public struct PeerRoute: Hashable, Sendable {
  /// A host and the port to connect to there.
  public struct Target: Hashable, Sendable, CustomStringConvertible {
    /// A name, or an address without brackets.
    public var host: String
    public var port: Int

    public init(host: String, port: Int) {
      self.host = host
      self.port = port
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
  }

  enum Place: Hashable, Sendable {
    case target(Target)
    case services([ServiceRecord])
  }

  let place: Place
  /// Whether TLS is spoken there; only a static map says no.
  public let isEncrypted: Bool
  /// What to send as `Host`.
  public let hostHeader: String
  /// The name or address the certificate has to be for: the host header without its port and brackets.
  public let certificateName: String
  /// Whether the operator set it, and it came from nowhere else.
  public let isSetByHand: Bool

  init(
    _ place: Place, hostHeader: String, certificateName: String, isEncrypted: Bool = true,
    isSetByHand: Bool = false
  ) {
    self.isSetByHand = isSetByHand
    self.place = place
    self.hostHeader = hostHeader
    self.certificateName = certificateName
    self.isEncrypted = isEncrypted
  }

  /// Where to connect, in the order to try; where weights leave it to chance, anew each time.
  public func targets(using random: inout some RandomNumberGenerator) -> [Target] {
    switch place {
    case .target(let target): [target]
    case .services(let records):
      ServiceRecord.ordered(records, using: &random).map { Target(host: $0.target, port: Int($0.port)) }
    }
  }

  /// A way set by hand: `http://` or `https://`, a host, perhaps a port.
  ///
  /// - Returns: nil where the text is anything else.
  public init?(url: String) {
    let schemes = [("http://", false, 80), ("https://", true, 443)]
    guard let (scheme, isEncrypted, usualPort) = schemes.first(where: { url.asciiLowercased.hasPrefix($0.0) })
    else { return nil }
    var rest = url.dropFirst(scheme.count)
    if rest.hasSuffix("/") { rest.removeLast() }
    guard let name = ServerName(rest), let host = ServerNameParts(name) else { return nil }
    self.init(
      .target(Target(host: host.bare, port: host.port ?? usualPort)), hostHeader: name.rawValue,
      certificateName: host.bare, isEncrypted: isEncrypted, isSetByHand: true)
  }
}
