/// Who may join a room: what `m.room.join_rules` says (Matrix specification, client-server API, "m.room.join_rules").
public enum RoomJoinRule: String, Hashable, Sendable {
  case everyone = "public"
  /// Only who is invited.
  case invited = "invite"
  /// Who is invited, and one may ask for that.
  case knocking = "knock"
  /// Who is invited, or is in another room that the event names.
  case restricted
  case knockingRestricted = "knock_restricted"

  /// The key in the content.
  static let key: WireKey = "join_rule"

  /// Whether users come in whom no member invited.
  public var admitsStrangers: Bool {
    switch self {
    case .everyone, .restricted, .knockingRestricted: true
    case .invited, .knocking: false
    }
  }
}
