/// How a client makes itself known (RFC 7591, section 2): a program without secrets and without a browser.
public struct ClientRegistration: Hashable, Sendable, Codable {
  public var clientName: String
  /// A page about the client, by `https://`.
  public var clientURI: String
  public var applicationType = "native"
  public var tokenEndpointAuthMethod = "none"
  public var grantTypes = [AuthorizationServer.deviceGrant, "refresh_token"]

  public init(clientName: String, clientURI: String) {
    self.clientName = clientName
    self.clientURI = clientURI
  }

  enum CodingKeys: String, CodingKey {
    case clientName = "client_name"
    case clientURI = "client_uri"
    case applicationType = "application_type"
    case tokenEndpointAuthMethod = "token_endpoint_auth_method"
    case grantTypes = "grant_types"
  }
}

/// What the client is called from then on.
public struct ClientRegistrationAnswer: Hashable, Sendable, Codable {
  public var clientID: String

  public init(clientID: String) { self.clientID = clientID }

  enum CodingKeys: String, CodingKey {
    case clientID = "client_id"
  }
}

/// What the user is asked to do elsewhere (RFC 8628, section 3.2).
public struct DeviceAuthorization: Hashable, Sendable, Codable {
  public var deviceCode: String
  public var userCode: String
  public var verificationURL: WebURL
  /// The same with the code in it.
  public var completeURL: WebURL?
  /// In seconds.
  public var expiresIn: Int
  /// Seconds between two questions.
  public var interval: Int?

  public init(
    deviceCode: String, userCode: String, verificationURL: WebURL, completeURL: WebURL? = nil, expiresIn: Int,
    interval: Int? = nil
  ) {
    self.deviceCode = deviceCode
    self.userCode = userCode
    self.verificationURL = verificationURL
    self.completeURL = completeURL
    self.expiresIn = expiresIn
    self.interval = interval
  }

  enum CodingKeys: String, CodingKey {
    case deviceCode = "device_code"
    case userCode = "user_code"
    case verificationURL = "verification_uri"
    case completeURL = "verification_uri_complete"
    case expiresIn = "expires_in"
    case interval
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    deviceCode = try fields.decode(String.self, forKey: .deviceCode)
    userCode = try fields.decode(String.self, forKey: .userCode)
    verificationURL = try fields.decode(WebURL.self, forKey: .verificationURL)
    completeURL = try? fields.decode(WebURL.self, forKey: .completeURL)
    expiresIn = try fields.decode(Int.self, forKey: .expiresIn)
    interval = try? fields.decode(Int.self, forKey: .interval)
  }
}

/// A pair of tokens (RFC 6749, section 5.1).
public struct TokenAnswer: Hashable, Sendable, Codable {
  public var accessToken: AccessToken
  public var tokenType: String
  public var refreshToken: AccessToken?
  /// In seconds.
  public var expiresIn: Int?

  public init(accessToken: AccessToken, tokenType: String, refreshToken: AccessToken?, expiresIn: Int?) {
    self.accessToken = accessToken
    self.tokenType = tokenType
    self.refreshToken = refreshToken
    self.expiresIn = expiresIn
  }

  enum CodingKeys: String, CodingKey {
    case accessToken = "access_token"
    case tokenType = "token_type"
    case refreshToken = "refresh_token"
    case expiresIn = "expires_in"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    accessToken = try fields.decode(AccessToken.self, forKey: .accessToken)
    tokenType = try fields.decode(String.self, forKey: .tokenType)
    refreshToken = try fields.decodeIfPresent(AccessToken.self, forKey: .refreshToken)
    expiresIn = try? fields.decode(Int.self, forKey: .expiresIn)
  }

  /// As the homeserver's own interface says it: in milliseconds, at most ten years.
  public var refreshAnswer: RefreshAnswer {
    RefreshAnswer(
      accessToken: accessToken, refreshToken: refreshToken,
      expiresIn: expiresIn.map { min(max(0, $0), TokenLife.longest / 1_000) * 1_000 })
  }
}

/// A refusal of an authorization server (RFC 6749, section 5.2).
public struct OAuthRefusal: Hashable, Sendable, Codable {
  /// Such as `authorization_pending`.
  public var error: String
  /// For people.
  public var errorDescription: String?

  public init(error: String, errorDescription: String? = nil) {
    self.error = error
    self.errorDescription = errorDescription
  }

  enum CodingKeys: String, CodingKey {
    case error
    case errorDescription = "error_description"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    error = try fields.decode(String.self, forKey: .error)
    errorDescription = try? fields.decode(String.self, forKey: .errorDescription)
  }
}
