public import MatrixWire

/// Who may join a room.
public enum JoinRule: Hashable, Sendable {
  case everyone
  case invited
  /// Who is invited, and one may ask for that.
  case knocking
  /// Who is invited or in one of these rooms.
  case restricted(to: [RoomID])
  case knockingRestricted(to: [RoomID])
  /// A rule that nobody knows lets nobody in.
  case unknown

  /// What `m.room.join_rules` says; nobody but the invited where there is none.
  init(_ content: CanonicalJSON.Object?) {
    guard let content else {
      self = .invited
      return
    }
    self =
      switch content["join_rule"]?.text {
      case "public": .everyone
      case "invite": .invited
      case "knock": .knocking
      case "restricted": .restricted(to: Self.rooms(content))
      case "knock_restricted": .knockingRestricted(to: Self.rooms(content))
      default: .unknown
      }
  }

  private static func rooms(_ content: CanonicalJSON.Object) -> [RoomID] {
    (content["allow"]?.elements ?? []).compactMap { condition in
      guard condition["type"]?.text == "m.room_membership" else { return nil }
      return condition["room_id"]?.text.flatMap { RoomID($0) }
    }
  }

  /// Rooms whose members may join; nil where being in another room does not help.
  var allowedRooms: [RoomID]? {
    switch self {
    case .restricted(let rooms), .knockingRestricted(let rooms): rooms
    default: nil
    }
  }

  var takesKnocks: Bool {
    switch self {
    case .knocking, .knockingRestricted: true
    default: false
    }
  }
}
