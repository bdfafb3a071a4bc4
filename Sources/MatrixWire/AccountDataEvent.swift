/// An event of a user's own data, as far as this client looks at it (Matrix specification, client-server API, "Client
/// Config"; Protocol 9.1).
public enum AccountDataEvent: Hashable, Sendable {
  /// `m.direct`: of each user, the rooms that are a chat with them alone.
  case direct([UserID: [RoomID]])
  /// `m.ignored_user_list`.
  case ignored(Set<UserID>)
  /// An unknown type, or content that does not parse: ignored, never fatal.
  case unrecognized(type: String)

  /// Event types as the `account_data` filter names them.
  public enum Kind: String, Sendable, CaseIterable {
    case direct = "m.direct"
    case ignored = "m.ignored_user_list"
  }

  /// The key of `m.ignored_user_list` under which the users stand.
  public static let ignoredUsers = "ignored_users"
}

extension AccountDataEvent: Codable {
  /// Other clients write this too: what is malformed in it does not cost the rest.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: WireKey.self)
    let type = try fields.decode(String.self, forKey: "type")
    self = Self.known(Kind(rawValue: type), fields) ?? .unrecognized(type: type)
  }

  private static func known(_ kind: Kind?, _ fields: KeyedDecodingContainer<WireKey>) -> AccountDataEvent? {
    guard let kind, let content = try? fields.nestedContainer(keyedBy: WireKey.self, forKey: "content") else {
      return nil
    }
    switch kind {
    case .direct:
      var rooms: [UserID: [RoomID]] = [:]
      for key in content.allKeys {
        if let user = UserID(key.stringValue) { rooms[user] = content.lossy(key) }
      }
      return .direct(rooms)
    case .ignored:
      let key = WireKey(stringLiteral: ignoredUsers)
      let users = try? content.nestedContainer(keyedBy: WireKey.self, forKey: key)
      return .ignored(Set((users?.allKeys ?? []).compactMap { UserID($0.stringValue) }))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: WireKey.self)
    switch self {
    case .direct(let rooms):
      try fields.encode(Kind.direct.rawValue, forKey: "type")
      let named = rooms.map { ($0.key.rawValue, $0.value) }
      try fields.encode(Dictionary(named, uniquingKeysWith: { first, _ in first }), forKey: "content")
    case .ignored(let users):
      try fields.encode(Kind.ignored.rawValue, forKey: "type")
      let named = users.map { ($0.rawValue, Empty()) }
      let content = [Self.ignoredUsers: Dictionary(named, uniquingKeysWith: { first, _ in first })]
      try fields.encode(content, forKey: "content")
    case .unrecognized(let type): try fields.encode(type, forKey: "type")
    }
  }
}
