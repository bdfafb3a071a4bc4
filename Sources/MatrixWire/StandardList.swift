/// One entry of `GET /presence/list/{userId}`, the presence list as the first specifications had it: flat, and
/// here with those who have not answered yet (Protocol 3.4, E1).
public struct StandardListEntry: Hashable, Sendable {
  public var userID: UserID
  public var isAccepted: Bool
  public var presence: VersionedPresence

  public init(userID: UserID, isAccepted: Bool, presence: VersionedPresence) {
    self.userID = userID
    self.isAccepted = isAccepted
    self.presence = presence
  }
}

extension StandardListEntry: Codable {
  /// Takes what servers of all ages sent: `accepted` as a boolean, as 0 or 1, or as a map of everybody on the
  /// list; the fields flat, or inside the `content` of an event.
  public init(from decoder: any Decoder) throws {
    let outer = try decoder.container(keyedBy: WireKey.self)
    let isEvent = !outer.contains("presence") && outer.contains("content")
    let source = isEvent ? try outer.superDecoder(forKey: "content") : decoder
    let fields = try source.container(keyedBy: WireKey.self)
    userID = try fields.decode(UserID.self, forKey: "user_id")
    presence = VersionedPresence(try PresenceContent(from: source), for: .v3)
    if let flag: Bool = fields.lenient("accepted") {
      isAccepted = flag
    } else if let number: Int = fields.lenient("accepted") {
      isAccepted = number != 0
    } else {
      // Servers that sent anything else only listed those who had accepted.
      let everybody: [String: Bool]? = fields.lenient("accepted")
      isAccepted = everybody?[userID.rawValue] ?? true
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: WireKey.self)
    try fields.encode(userID, forKey: "user_id")
    try fields.encode(isAccepted, forKey: "accepted")
    try presence.content.encode(into: &fields, for: presence.vocabulary)
  }
}

/// The body of `POST /presence/list/{userId}`. Nil in an array is an element that is no string.
public struct StandardListChange: Hashable, Sendable, Decodable {
  public var invite: [String?]?
  public var drop: [String?]?

  private struct Element: Decodable {
    let text: String?

    init(from decoder: any Decoder) { text = try? decoder.singleValueContainer().decode(String.self) }
  }

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: WireKey.self)
    try fields.checkNumber(of: ["invite", "drop"], most: PresenceListRequest.mostNamed)
    invite = try fields.decodeIfPresent([Element].self, forKey: "invite")?.map(\.text)
    drop = try fields.decodeIfPresent([Element].self, forKey: "drop")?.map(\.text)
  }
}

/// The answer to `POST /presence/list/{userId}`: `{}`, or beside it what failed. All else was done.
public struct StandardListResult: Hashable, Sendable, Encodable {
  public var failed: [String: MatrixError]

  public init(failed: [String: MatrixError]) { self.failed = failed }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: WireKey.self)
    if !failed.isEmpty { try fields.encode(failed, forKey: .unstable("failed")) }
  }
}
