/// In which rooms members see each other's presence, as a server says among its capabilities (Protocol 7.2).
public struct PresenceSharingRule: Hashable, Sendable {
  public enum Default: String, Hashable, Sendable {
    /// In every room that does not forbid it.
    case spec
    /// In rooms that suggest it.
    case suggest
  }

  /// Nil where the server says nothing: then no room can forbid it.
  public var rule: Default?
  /// Rooms with more members share nothing; nil where there is no such limit.
  public var largestRoom: Int?

  public init(rule: Default? = nil, largestRoom: Int? = nil) {
    (self.rule, self.largestRoom) = (rule, largestRoom)
  }

  /// As the specification has it, for servers that say nothing: members of every room see each other.
  public static let specification = PresenceSharingRule()

  /// Applies the rule to a room.
  ///
  /// - Parameters:
  ///   - sharing: what the room's own event says; nil where there is none, or one that nobody knows.
  ///   - members: how many are in it.
  /// - Returns: whether its members see each other's presence.
  public func holds(_ sharing: RoomPresenceSharing?, members: Int) -> Bool {
    if let largestRoom, members > largestRoom { return false }
    return switch rule {
    case nil: true
    case .spec: sharing != .forbid
    case .suggest: sharing == .suggest
    }
  }
}

extension PresenceSharingRule: Codable {
  private static let ruleKey: WireKey = "rule"
  private static let limitKey: WireKey = "room_limit"

  /// What is malformed is not said.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: WireKey.self)
    let word: String? = fields.lenient(Self.ruleKey)
    self.init(rule: word.flatMap(Default.init(rawValue:)), largestRoom: fields.count(Self.limitKey))
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: WireKey.self)
    try fields.encodeIfPresent(rule?.rawValue, forKey: Self.ruleKey)
    try fields.encodeIfPresent(largestRoom, forKey: Self.limitKey)
  }
}
