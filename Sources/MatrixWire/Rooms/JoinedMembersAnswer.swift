/// The answer to `GET /rooms/{roomId}/joined_members` as a client reads it (Matrix specification, client-server API).
public struct JoinedMembersAnswer: Hashable, Sendable, Decodable {
  public var members: [UserID: Profile]

  public init(members: [UserID: Profile]) { self.members = members }

  public init(from decoder: any Decoder) throws {
    members = [:]
    let fields = try decoder.container(keyedBy: WireKey.self)
    let joined = try fields.nestedContainer(keyedBy: WireKey.self, forKey: "joined")
    for key in joined.allKeys {
      guard let user = UserID(key.stringValue),
        let member = try? joined.nestedContainer(keyedBy: WireKey.self, forKey: key)
      else { continue }
      members[user] = Profile(
        displayName: member.lenient("display_name"), avatarURL: member.lenient("avatar_url"))
    }
  }
}
