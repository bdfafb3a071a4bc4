/// The body of `POST /register` (Protocol 2.3).
public struct RegisterRequest: Hashable, Sendable, Codable {
  public typealias Authentication = MatrixWire.Authentication

  public var username: String?
  public var password: String?
  public var deviceID: DeviceID?
  public var deviceDisplayName: String?
  public var inhibitLogin: Bool?
  /// Whether the client can renew its access token.
  public var refreshToken: Bool?
  public var auth: Authentication?
  /// The form of 2014: what `auth.type` is today.
  public var type: String?
  /// The form of 2014: what `username` is today.
  public var user: String?

  public init(
    username: String?, password: String? = nil, deviceID: DeviceID? = nil, deviceDisplayName: String? = nil,
    inhibitLogin: Bool? = nil, refreshToken: Bool? = nil, auth: Authentication? = nil
  ) {
    self.username = username
    self.password = password
    self.deviceID = deviceID
    self.deviceDisplayName = deviceDisplayName
    self.inhibitLogin = inhibitLogin
    self.refreshToken = refreshToken
    self.auth = auth
  }

  enum CodingKeys: String, CodingKey {
    case username, password, auth, type, user
    case deviceID = "device_id"
    case deviceDisplayName = "initial_device_display_name"
    case inhibitLogin = "inhibit_login"
    case refreshToken = "refresh_token"
  }
}
