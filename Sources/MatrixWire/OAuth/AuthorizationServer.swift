/// What a homeserver says of its authorization server: `GET /_matrix/client/v1/auth_metadata` (RFC 8414).
public struct AuthorizationServer: Hashable, Sendable, Codable {
  public static let deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"

  public var issuer: String?
  public var tokenEndpoint: WebURL
  /// Where a client makes itself known (RFC 7591).
  public var registrationEndpoint: WebURL?
  /// Where a session is ended (RFC 7009).
  public var revocationEndpoint: WebURL?
  /// Where a device without a browser asks to be let in (RFC 8628).
  public var deviceAuthorizationEndpoint: WebURL?
  public var grantTypes: [String]

  public init(
    issuer: String? = nil, tokenEndpoint: WebURL, registrationEndpoint: WebURL?, revocationEndpoint: WebURL?,
    deviceAuthorizationEndpoint: WebURL?, grantTypes: [String]
  ) {
    self.issuer = issuer
    self.tokenEndpoint = tokenEndpoint
    self.registrationEndpoint = registrationEndpoint
    self.revocationEndpoint = revocationEndpoint
    self.deviceAuthorizationEndpoint = deviceAuthorizationEndpoint
    self.grantTypes = grantTypes
  }

  enum CodingKeys: String, CodingKey {
    case issuer
    case tokenEndpoint = "token_endpoint"
    case registrationEndpoint = "registration_endpoint"
    case revocationEndpoint = "revocation_endpoint"
    case deviceAuthorizationEndpoint = "device_authorization_endpoint"
    case grantTypes = "grant_types_supported"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    issuer = try? fields.decode(String.self, forKey: .issuer)
    tokenEndpoint = try fields.decode(WebURL.self, forKey: .tokenEndpoint)
    registrationEndpoint = try? fields.decode(WebURL.self, forKey: .registrationEndpoint)
    revocationEndpoint = try? fields.decode(WebURL.self, forKey: .revocationEndpoint)
    deviceAuthorizationEndpoint = try? fields.decode(WebURL.self, forKey: .deviceAuthorizationEndpoint)
    grantTypes = (try? fields.decode([String].self, forKey: .grantTypes)) ?? []
  }

  /// Whether a device without a browser can log in.
  public var hasDeviceGrant: Bool {
    registrationEndpoint != nil && deviceAuthorizationEndpoint != nil && grantTypes.contains(Self.deviceGrant)
  }
}

/// What the tokens of a session that OAuth made are renewed and revoked with.
public struct OAuthClient: Hashable, Sendable, Codable {
  public var clientID: String
  public var tokenEndpoint: WebURL
  public var revocationEndpoint: WebURL?

  public init(clientID: String, tokenEndpoint: WebURL, revocationEndpoint: WebURL?) {
    self.clientID = clientID
    self.tokenEndpoint = tokenEndpoint
    self.revocationEndpoint = revocationEndpoint
  }

  enum CodingKeys: String, CodingKey {
    case clientID = "client_id"
    case tokenEndpoint = "token_endpoint"
    case revocationEndpoint = "revocation_endpoint"
  }
}
