/// A standard error code, or a namespaced one (Protocol 1.2).
public struct ErrorCode: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
  public var description: String { rawValue }

  public static let badAlias = ErrorCode(rawValue: "M_BAD_ALIAS")
  public static let badJSON = ErrorCode(rawValue: "M_BAD_JSON")
  public static let badPagination = ErrorCode(rawValue: "M_BAD_PAGINATION")
  public static let badState = ErrorCode(rawValue: "M_BAD_STATE")
  public static let exclusive = ErrorCode(rawValue: "M_EXCLUSIVE")
  public static let forbidden = ErrorCode(rawValue: "M_FORBIDDEN")
  public static let guestAccessForbidden = ErrorCode(rawValue: "M_GUEST_ACCESS_FORBIDDEN")
  public static let incompatibleRoomVersion = ErrorCode(rawValue: "M_INCOMPATIBLE_ROOM_VERSION")
  public static let invalidParameter = ErrorCode(rawValue: "M_INVALID_PARAM")
  public static let invalidRoomState = ErrorCode(rawValue: "M_INVALID_ROOM_STATE")
  public static let invalidUsername = ErrorCode(rawValue: "M_INVALID_USERNAME")
  public static let inviteBlocked = ErrorCode(rawValue: "M_INVITE_BLOCKED")
  public static let keyTooLarge = ErrorCode(rawValue: "M_KEY_TOO_LARGE")
  public static let limitExceeded = ErrorCode(rawValue: "M_LIMIT_EXCEEDED")
  public static let missingParameter = ErrorCode(rawValue: "M_MISSING_PARAM")
  public static let missingToken = ErrorCode(rawValue: "M_MISSING_TOKEN")
  public static let notFound = ErrorCode(rawValue: "M_NOT_FOUND")
  public static let notJSON = ErrorCode(rawValue: "M_NOT_JSON")
  public static let profileTooLarge = ErrorCode(rawValue: "M_PROFILE_TOO_LARGE")
  public static let resourceLimitExceeded = ErrorCode(rawValue: "M_RESOURCE_LIMIT_EXCEEDED")
  public static let roomInUse = ErrorCode(rawValue: "M_ROOM_IN_USE")
  public static let tooLarge = ErrorCode(rawValue: "M_TOO_LARGE")
  public static let unableToGrantJoin = ErrorCode(rawValue: "M_UNABLE_TO_GRANT_JOIN")
  public static let unauthorized = ErrorCode(rawValue: "M_UNAUTHORIZED")
  public static let unknown = ErrorCode(rawValue: "M_UNKNOWN")
  public static let unknownToken = ErrorCode(rawValue: "M_UNKNOWN_TOKEN")
  public static let unrecognized = ErrorCode(rawValue: "M_UNRECOGNIZED")
  public static let unsupportedRoomVersion = ErrorCode(rawValue: "M_UNSUPPORTED_ROOM_VERSION")
  public static let userDeactivated = ErrorCode(rawValue: "M_USER_DEACTIVATED")
  public static let userInUse = ErrorCode(rawValue: "M_USER_IN_USE")
  public static let userLimitExceeded = ErrorCode(rawValue: "M_USER_LIMIT_EXCEEDED")
  public static let userLocked = ErrorCode(rawValue: "M_USER_LOCKED")
  public static let userSuspended = ErrorCode(rawValue: "M_USER_SUSPENDED")
  public static let weakPassword = ErrorCode(rawValue: "M_WEAK_PASSWORD")

  /// Accept or deny without a pending invite (E3).
  public static let notInvited = ErrorCode(rawValue: "\(UnstablePrefix.errorNamespace)_NOT_INVITED")
}

/// The error envelope every refusal carries.
public struct MatrixError: Error, Hashable, Sendable, Codable, CustomStringConvertible {
  public var code: ErrorCode
  /// For people: what failed, on what.
  public var message: String
  /// Milliseconds to wait before another try, with `M_LIMIT_EXCEEDED`.
  public var retryAfter: Int?
  /// With `M_UNKNOWN_TOKEN`: whether the device is still there, and only has to prove itself again.
  public var softLogout: Bool?

  public init(_ code: ErrorCode, _ message: String, retryAfter: Int? = nil, softLogout: Bool? = nil) {
    self.code = code
    self.message = message
    self.retryAfter = retryAfter
    self.softLogout = softLogout
  }

  public var description: String { "\(message) (\(code))" }

  enum CodingKeys: String, CodingKey {
    case code = "errcode"
    case message = "error"
    case retryAfter = "retry_after_ms"
    case softLogout = "soft_logout"
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    code = try fields.decode(ErrorCode.self, forKey: .code)
    message = (try? fields.decode(String.self, forKey: .message)) ?? code.rawValue
    retryAfter = (try? fields.decode(Int.self, forKey: .retryAfter)).map { min(max(0, $0), 86_400_000) }
    softLogout = try? fields.decode(Bool.self, forKey: .softLogout)
  }
}
