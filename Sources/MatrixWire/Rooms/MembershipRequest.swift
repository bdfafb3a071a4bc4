/// The body of `invite`, `kick`, `ban` and `unban` (Matrix specification, client-server API, "Room membership").
public struct MembershipRequest: Hashable, Sendable, Codable {
  /// Whose membership changes.
  public var userID: UserID
  public var reason: String?

  public init(userID: UserID, reason: String? = nil) {
    self.userID = userID
    self.reason = reason
  }

  enum CodingKeys: String, CodingKey {
    case userID = "user_id"
    case reason
  }
}
