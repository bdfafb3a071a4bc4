/// What a user is to a room: the `membership` of their `m.room.member` event (Matrix specification, client-server API,
/// "m.room.member").
public enum Membership: String, Codable, Hashable, Sendable, CaseIterable {
  case join
  case invite
  /// Left, was removed, or declined; also who never was there.
  case leave
  case ban
  /// Asked to be invited.
  case knock
}
