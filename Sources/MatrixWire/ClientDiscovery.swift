/// `GET /.well-known/matrix/client` (Matrix client-server API, "Server discovery"): where clients of a server name find
/// its homeserver.
public struct ClientDiscovery: Hashable, Sendable, Codable {
  public struct Homeserver: Hashable, Sendable, Codable {
    public var baseURL: String

    public init(baseURL: String) { self.baseURL = baseURL }

    enum CodingKeys: String, CodingKey {
      case baseURL = "base_url"
    }
  }

  public var homeserver: Homeserver

  public init(baseURL: String) { homeserver = Homeserver(baseURL: baseURL) }

  enum CodingKeys: String, CodingKey {
    case homeserver = "m.homeserver"
  }
}
