internal import MatrixWire
internal import PorchlightSDK
internal import Screen

/// One room as `porchlight room list` tells of it.
struct RoomReport: Encodable {
  let roomID: RoomID
  /// `join` or `invite`.
  let membership: Membership
  var name: String?
  var alias: RoomAlias?
  /// How many are in it; nil where the user is not.
  var members: Int?

  enum CodingKeys: String, CodingKey {
    case membership, name, alias, members
    case roomID = "room_id"
  }

  /// The rooms of an answer, in the order of their IDs: those the user is in first.
  static func all(in rooms: RoomsUpdate) -> [RoomReport] {
    let joined = rooms.joined.sorted { $0.key < $1.key }.map { id, room in
      RoomReport(id, .join, room.stateChanges, members: room.summary.joinedCount)
    }
    return joined
      + rooms.invited.sorted { $0.key < $1.key }.map { RoomReport($0.key, .invite, $0.value, members: nil) }
  }

  private init(_ room: RoomID, _ membership: Membership, _ state: [RoomEvent], members: Int?) {
    (roomID, self.membership, self.members) = (room, membership, members)
    for event in state {
      switch event.content {
      case .name(let text): name = DisplayName.shown(text)
      case .canonicalAlias(let text): alias = text
      default: break
      }
    }
  }

  var row: [SafeText] {
    [
      SafeText(untrusted: roomID.rawValue), SafeText(untrusted: membership == .join ? "in it" : "invited"),
      SafeText(untrusted: name ?? ""), SafeText(untrusted: alias?.rawValue ?? ""),
      SafeText(untrusted: members.map { "\($0)" } ?? ""),
    ]
  }
}

/// One member of a room as `porchlight room members` tells of them.
struct RoomMemberReport: Encodable {
  let userID: UserID
  let displayName: String?

  enum CodingKeys: String, CodingKey {
    case userID = "user_id"
    case displayName = "displayname"
  }
}
