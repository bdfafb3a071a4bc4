/// `GET /.well-known/matrix/server` (protocol 6.3): who speaks for a server's name.
public struct WellKnownServer: Hashable, Sendable, Codable {
  /// A host with or without a port.
  public var server: ServerName

  public init(server: ServerName) { self.server = server }

  enum CodingKeys: String, CodingKey { case server = "m.server" }
}

/// `GET /_matrix/federation/v1/version`.
public struct ServerVersion: Hashable, Sendable, Codable {
  public struct Implementation: Hashable, Sendable, Codable {
    public var name: String?
    public var version: String?
  }

  public var server: Implementation?

  public init(name: String, version: String) { server = Implementation(name: name, version: version) }
}
