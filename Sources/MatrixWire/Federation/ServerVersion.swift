/// `GET /_matrix/federation/v1/version`.
public struct ServerVersion: Hashable, Sendable, Codable {
  public struct Implementation: Hashable, Sendable, Codable {
    public var name: String?
    public var version: String?
  }

  public var server: Implementation?

  public init(name: String, version: String) { server = Implementation(name: name, version: version) }
}
