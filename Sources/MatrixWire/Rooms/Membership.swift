/// What a user is to a room, as `m.room.member` has it.
public enum Membership: String, Hashable, Sendable, CaseIterable, Codable {
  case join
  case invite
  case leave
  case ban
  /// Asked to be invited.
  case knock
}
