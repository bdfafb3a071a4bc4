/// The content of an `m.room.member` event (Matrix specification, client-server API, "m.room.member").
public struct MemberContent: Hashable, Sendable {
  public var membership: Membership
  public var displayName: String?
  public var avatarURL: String?
  /// Whether an invite is meant as a direct chat.
  public var isDirect: Bool
  public var reason: String?

  public init(
    _ membership: Membership, displayName: String? = nil, avatarURL: String? = nil, isDirect: Bool = false,
    reason: String? = nil
  ) {
    self.membership = membership
    self.displayName = displayName
    self.avatarURL = avatarURL
    self.isDirect = isDirect
    self.reason = reason
  }
}

extension MemberContent: Codable {
  /// - Throws: where there is no membership of the specification. All else that is malformed is absent.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: WireKey.self)
    self.init(
      try fields.decode(Membership.self, forKey: "membership"), displayName: fields.lenient("displayname"),
      avatarURL: fields.lenient("avatar_url"), isDirect: fields.lenient("is_direct") ?? false,
      reason: fields.lenient("reason"))
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: WireKey.self)
    try fields.encode(membership, forKey: "membership")
    try fields.encodeIfPresent(displayName, forKey: "displayname")
    try fields.encodeIfPresent(avatarURL, forKey: "avatar_url")
    if isDirect { try fields.encode(true, forKey: "is_direct") }
    try fields.encodeIfPresent(reason, forKey: "reason")
  }
}
