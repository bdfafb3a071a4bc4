public import MatrixWire
internal import Ports

/// A session of a user on a homeserver, which outlives the process.
public struct Account: Hashable, Sendable, Codable {
  /// How the session was made.
  public enum Method: String, Hashable, Sendable, Codable {
    case password
    /// By `m.login.token`.
    case loginToken = "login_token"
    /// By an access token that the user gave.
    case accessToken = "access_token"
    /// By an authorization server, which renews and ends it too.
    case oauth
    /// With the account.
    case registration
  }

  public var userID: UserID
  /// Where the homeserver is.
  public var baseURL: WebURL
  public var deviceID: DeviceID?
  public var method: Method
  /// What the tokens are renewed with where an authorization server made them.
  public var oauth: OAuthClient?
  /// Whether the tokens are in the desktop's keyring, and not in the account's file.
  public var isInKeyring: Bool

  public init(
    userID: UserID, baseURL: WebURL, deviceID: DeviceID?, method: Method, oauth: OAuthClient? = nil,
    isInKeyring: Bool = false
  ) {
    self.userID = userID
    self.baseURL = baseURL
    self.deviceID = deviceID
    self.method = method
    self.oauth = oauth
    self.isInKeyring = isInKeyring
  }

  /// Whether tokens of the one are tokens of the other. Where they are kept makes no difference.
  func isSameSession(as other: Account) -> Bool {
    var copy = other
    copy.isInKeyring = isInKeyring
    return self == copy
  }

  enum CodingKeys: String, CodingKey {
    case userID = "user_id"
    case baseURL = "base_url"
    case deviceID = "device_id"
    case method, oauth
    case isInKeyring = "in_keyring"
  }
}

/// The tokens of an account as they are kept: when the access token expires is said by the wall clock, which goes on between
/// two runs.
struct Secrets: Hashable, Sendable, Codable {
  var accessToken: AccessToken
  var refreshToken: AccessToken?
  /// In milliseconds since 1970.
  var expiresAt: Int64?

  /// - Returns: nil where there is no access token.
  init?(_ credentials: Credentials, at now: WallTime) {
    guard let token = credentials.accessToken else { return nil }
    accessToken = token
    refreshToken = credentials.refreshToken
    expiresAt = credentials.expiresIn.map { now.milliseconds &+ Int64(TokenLife.clamped($0)) }
  }

  /// How many milliseconds are left to the access token: nothing a file or a clock says is more than a token may live.
  func life(at now: WallTime) -> Int? {
    expiresAt.map { end in
      let (left, overflow) = end.subtractingReportingOverflow(now.milliseconds)
      return overflow ? (end < 0 ? 0 : TokenLife.longest) : TokenLife.clamped(Int(left))
    }
  }

  enum CodingKeys: String, CodingKey {
    case accessToken = "access_token"
    case refreshToken = "refresh_token"
    case expiresAt = "expires_at"
  }
}

/// What the file of an account holds.
struct StoredAccount: Hashable, Sendable, Codable {
  var account: Account
  /// Nil where they are in the keyring.
  var secrets: Secrets?
}
