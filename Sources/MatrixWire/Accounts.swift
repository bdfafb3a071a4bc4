/// The answer to `/versions`.
public struct VersionsAnswer: Hashable, Sendable, Codable {
  public var versions: [String]
  public var unstableFeatures: [String: Bool]

  public init(versions: [String], unstableFeatures: [String: Bool]) {
    self.versions = versions
    self.unstableFeatures = unstableFeatures
  }

  /// Whether the server has presence lists and the other extensions of this project.
  public var hasPresenceLists: Bool { unstableFeatures[UnstablePrefix.namespace] == true }

  enum CodingKeys: String, CodingKey {
    case versions
    case unstableFeatures = "unstable_features"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    versions = try fields.decode([String].self, forKey: .versions)
    unstableFeatures = (try? fields.decode([String: Bool].self, forKey: .unstableFeatures)) ?? [:]
  }
}

/// The body of `POST /register` (protocol 2.3).
public struct RegisterRequest: Hashable, Sendable, Codable {
  /// One stage of user-interactive authentication.
  public struct Authentication: Hashable, Sendable, Codable {
    public var type: String?
    public var session: String?

    public init(type: String?, session: String? = nil) {
      self.type = type
      self.session = session
    }
  }

  public var username: String?
  public var password: String?
  public var deviceID: DeviceID?
  public var deviceDisplayName: String?
  public var inhibitLogin: Bool?
  public var auth: Authentication?

  public init(
    username: String?, password: String? = nil, deviceID: DeviceID? = nil, deviceDisplayName: String? = nil,
    inhibitLogin: Bool? = nil, auth: Authentication? = nil
  ) {
    self.username = username
    self.password = password
    self.deviceID = deviceID
    self.deviceDisplayName = deviceDisplayName
    self.inhibitLogin = inhibitLogin
    self.auth = auth
  }

  enum CodingKeys: String, CodingKey {
    case username, password, auth
    case deviceID = "device_id"
    case deviceDisplayName = "initial_device_display_name"
    case inhibitLogin = "inhibit_login"
  }
}

/// The 401 that opens user-interactive authentication.
public struct AuthenticationChallenge: Hashable, Sendable, Codable {
  public struct Flow: Hashable, Sendable, Codable {
    public var stages: [String]

    public init(stages: [String]) { self.stages = stages }
  }

  public var flows: [Flow]
  public var params: [String: String]
  public var session: String

  public init(flows: [Flow], session: String) {
    self.flows = flows
    self.params = [:]
    self.session = session
  }
}

/// Who a new or known session belongs to: the answer to `/register`, and to `/account/whoami` without a token.
public struct Credentials: Hashable, Sendable, Codable {
  public var userID: UserID
  public var deviceID: DeviceID?
  public var accessToken: AccessToken?

  public init(userID: UserID, deviceID: DeviceID?, accessToken: AccessToken?) {
    self.userID = userID
    self.deviceID = deviceID
    self.accessToken = accessToken
  }

  enum CodingKeys: String, CodingKey {
    case userID = "user_id"
    case deviceID = "device_id"
    case accessToken = "access_token"
  }
}

/// A person's public profile (protocol 8); unset fields are left out.
public struct Profile: Hashable, Sendable, Codable {
  public var displayName: String?
  public var avatarURL: String?

  public init(displayName: String? = nil, avatarURL: String? = nil) {
    self.displayName = displayName
    self.avatarURL = avatarURL
  }

  enum CodingKeys: String, CodingKey {
    case displayName = "displayname"
    case avatarURL = "avatar_url"
  }
}

/// `{}`: what many endpoints take or answer.
public struct Empty: Hashable, Sendable, Codable {
  public init() {}
}
