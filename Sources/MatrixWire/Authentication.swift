/// One stage of user-interactive authentication, as a client answers it: the `auth` of a request.
public struct Authentication: Hashable, Sendable, Codable {
  public var type: String?
  public var session: String?
  /// With `m.login.registration_token`.
  public var token: String?
  /// With `m.login.password`: who, in today's form.
  public var identifier: UserIdentifier?
  /// With `m.login.password`: who, in the older form.
  public var user: String?
  /// With `m.login.password`.
  public var password: String?

  public init(
    type: String?, session: String? = nil, token: String? = nil, identifier: UserIdentifier? = nil,
    user: String? = nil, password: String? = nil
  ) {
    self.type = type
    self.session = session
    self.token = token
    self.identifier = identifier
    self.user = user
    self.password = password
  }
}

/// Who logs in, as the request says it: `{"type":"m.id.user","user":"bob"}`.
public struct UserIdentifier: Hashable, Sendable, Codable {
  public var type: String
  public var user: String?

  public init(type: String, user: String?) {
    self.type = type
    self.user = user
  }

  /// By a name, or a whole user ID.
  public static func user(_ name: String) -> UserIdentifier { UserIdentifier(type: "m.id.user", user: name) }
}

/// The 401 that opens user-interactive authentication, or goes on with it after a stage that failed.
public struct AuthenticationChallenge: Hashable, Sendable, Codable {
  public struct Flow: Hashable, Sendable, Codable {
    public var stages: [String]

    public init(stages: [String]) { self.stages = stages }
  }

  public var flows: [Flow]
  public var params: [String: String]
  public var session: String
  /// What is done already; said where a stage failed.
  public var completed: [String]?
  /// Why a stage failed.
  public var code: ErrorCode?
  public var message: String?

  public init(flows: [Flow], session: String, failure: MatrixError? = nil) {
    self.flows = flows
    self.params = [:]
    self.session = session
    completed = failure.map { _ in [] }
    code = failure?.code
    message = failure?.message
  }

  enum CodingKeys: String, CodingKey {
    case flows, params, session, completed
    case code = "errcode"
    case message = "error"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    flows = try fields.decode([Flow].self, forKey: .flows)
    // Others put objects there, about stages this project has not.
    params = (try? fields.decode([String: String].self, forKey: .params)) ?? [:]
    session = (try? fields.decode(String.self, forKey: .session)) ?? ""
    completed = try? fields.decode([String].self, forKey: .completed)
    code = try? fields.decode(ErrorCode.self, forKey: .code)
    message = try? fields.decode(String.self, forKey: .message)
  }
}

/// What a client can log in or register with: the answer to `GET /login` and `GET /register`.
public struct FlowsAnswer: Hashable, Sendable, Codable {
  public struct Flow: Hashable, Sendable, Codable {
    public var type: String
    /// Said where registration goes by stages.
    public var stages: [String]?
    /// With `m.login.sso`: whether it is the only flow a client that knows OAuth is to offer.
    public var isOAuthPreferred: Bool?

    public init(type: String, stages: [String]? = nil) {
      self.type = type
      self.stages = stages
    }

    enum CodingKeys: String, CodingKey {
      case type, stages
      case isOAuthPreferred = "oauth_aware_preferred"
    }
  }

  public var flows: [Flow]

  public init(flows: [Flow]) { self.flows = flows }
}

/// The types of login and of authentication stages this project knows.
public enum LoginType {
  public static let dummy = "m.login.dummy"
  public static let password = "m.login.password"
  public static let token = "m.login.token"
  public static let sso = "m.login.sso"
  public static let registrationToken = "m.login.registration_token"
  /// A process of the server's own user needs no password.
  public static let local = UnstablePrefix.key("login.local")
}
