/// The body of `POST /login`, in the forms of all versions (Protocol 2.2).
public struct LoginRequest: Hashable, Sendable, Codable {
  public var type: String?
  /// Who, since r0.4.
  public var identifier: UserIdentifier?
  /// Who, before.
  public var user: String?
  public var password: String?
  /// With `m.login.token`.
  public var token: String?
  public var deviceID: DeviceID?
  public var deviceDisplayName: String?
  /// Whether the client can renew its access token.
  public var refreshToken: Bool?
  /// How many milliseconds the session is to last, where it is not to last for ever; for local logins.
  public var expiresIn: Int?

  public init(
    type: String?, identifier: UserIdentifier?, user: String? = nil, password: String? = nil,
    token: String? = nil, deviceID: DeviceID? = nil, deviceDisplayName: String? = nil,
    refreshToken: Bool? = nil,
    expiresIn: Int? = nil
  ) {
    self.type = type
    self.identifier = identifier
    self.user = user
    self.password = password
    self.token = token
    self.deviceID = deviceID
    self.deviceDisplayName = deviceDisplayName
    self.refreshToken = refreshToken
    self.expiresIn = expiresIn
  }

  enum CodingKeys: String, CodingKey {
    case type, identifier, user, password, token
    case deviceID = "device_id"
    case deviceDisplayName = "initial_device_display_name"
    case refreshToken = "refresh_token"
    case expiresIn = "chat.porchlight.expires_in_ms"
  }
}

/// Who a new or known session belongs to: the answer to `/login` and `/register`, and to `/account/whoami`
/// without a token.
public struct Credentials: Hashable, Sendable, Codable {
  public var userID: UserID
  public var deviceID: DeviceID?
  public var accessToken: AccessToken?
  /// What the access token is renewed with, once, where the client asked for that.
  public var refreshToken: AccessToken?
  /// How many milliseconds the access token lives from now, where it does not live for ever.
  public var expiresIn: Int?
  /// As the first versions said it; part of `userID`.
  public var homeServer: ServerName?

  public init(
    userID: UserID, deviceID: DeviceID?, accessToken: AccessToken?, refreshToken: AccessToken? = nil,
    expiresIn: Int? = nil, homeServer: ServerName? = nil
  ) {
    self.userID = userID
    self.deviceID = deviceID
    self.accessToken = accessToken
    self.refreshToken = refreshToken
    self.expiresIn = expiresIn
    self.homeServer = homeServer
  }

  enum CodingKeys: String, CodingKey {
    case userID = "user_id"
    case deviceID = "device_id"
    case accessToken = "access_token"
    case refreshToken = "refresh_token"
    case expiresIn = "expires_in_ms"
    case homeServer = "home_server"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    userID = try fields.decode(UserID.self, forKey: .userID)
    deviceID = try fields.decodeIfPresent(DeviceID.self, forKey: .deviceID)
    accessToken = try fields.decodeIfPresent(AccessToken.self, forKey: .accessToken)
    refreshToken = try fields.decodeIfPresent(AccessToken.self, forKey: .refreshToken)
    expiresIn = (try? fields.decode(Int.self, forKey: .expiresIn)).map(TokenLife.clamped)
    // Deprecated and needed by no client: no reason to fail.
    homeServer = try? fields.decode(ServerName.self, forKey: .homeServer)
  }
}

/// The body of `POST /refresh`.
public struct RefreshRequest: Hashable, Sendable, Codable {
  public var refreshToken: AccessToken

  public init(refreshToken: AccessToken) { self.refreshToken = refreshToken }

  enum CodingKeys: String, CodingKey {
    case refreshToken = "refresh_token"
  }
}

/// The answer to `POST /refresh`. A client that gets no new refresh token goes on with the old one.
public struct RefreshAnswer: Hashable, Sendable, Codable {
  public var accessToken: AccessToken
  public var refreshToken: AccessToken?
  /// In milliseconds, where the access token does not live for ever.
  public var expiresIn: Int?

  public init(accessToken: AccessToken, refreshToken: AccessToken?, expiresIn: Int?) {
    self.accessToken = accessToken
    self.refreshToken = refreshToken
    self.expiresIn = expiresIn
  }

  enum CodingKeys: String, CodingKey {
    case accessToken = "access_token"
    case refreshToken = "refresh_token"
    case expiresIn = "expires_in_ms"
  }
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    accessToken = try fields.decode(AccessToken.self, forKey: .accessToken)
    refreshToken = try fields.decodeIfPresent(AccessToken.self, forKey: .refreshToken)
    // What is odd about it is no reason to lose the pair.
    expiresIn = (try? fields.decode(Int.self, forKey: .expiresIn)).map(TokenLife.clamped)
  }
}

/// How long an access token may live, in milliseconds, whatever a server or a file says.
public enum TokenLife {
  /// Ten years.
  public static let longest = 315_360_000_000

  /// A life within what is possible: not below zero, and not above `longest`.
  public static func clamped(_ milliseconds: Int) -> Int { min(max(0, milliseconds), longest) }
}
