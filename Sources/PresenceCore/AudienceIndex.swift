public import MatrixWire
public import RoomCore

/// Who may see whose presence (Protocol 3.2): users see themselves, those who allowed them by a list, and those they share
/// a room with whose members see each other.
///
/// The one place that is asked wherever presence leaves the rules: streams, `GET`, lists, and what other servers are told.
/// It is fed by list decisions and by memberships. It is asked at delivery, never only when something is queued.
public struct AudienceIndex: Hashable, Sendable {
  /// The server whose users are seen.
  let server: ServerName
  public internal(set) var lists = PresenceLists()
  /// Who is in which room, and in which rooms members see each other; kept by what `RoomRules.apply` does.
  public var membership: MembershipIndex

  init(server: ServerName, _ membership: MembershipIndex = MembershipIndex()) {
    (self.server, self.membership) = (server, membership)
  }

  /// Whether a viewer may see a user.
  ///
  /// What users of other servers allow is known by their answers: their server tells this one what any of its users may
  /// see, and this tells them apart. Rooms are of this server alone.
  public func isVisible(_ target: UserID, to viewer: UserID) -> Bool {
    guard target.server == server else { return lists.entry(of: viewer, for: target)?.state == .accepted }
    return viewer == target || lists.isAllowed(viewer, toSee: target) || membership.share(viewer, target)
  }

  /// Whether any user of another server may see a user, so that their server may be told.
  public func isVisible(_ target: UserID, toUsersOf server: ServerName) -> Bool {
    lists.isAllowed(server, toSee: target)
  }

  /// Whether a viewer watches a user: has them on their list with consent, or shares a room. Those are told of
  /// changes, and no others.
  public func watches(_ viewer: UserID, _ target: UserID) -> Bool {
    lists.entry(of: viewer, for: target)?.state == .accepted || membership.share(viewer, target)
  }

  /// Whether a viewer watches a user of this server, and may see them.
  public func shows(_ target: UserID, to viewer: UserID) -> Bool {
    lists.entry(of: viewer, for: target)?.state == .accepted
      && (viewer == target || lists.isAllowed(viewer, toSee: target))
      || membership.share(viewer, target)
  }

  /// Whether any user of this server watches a user.
  public func isWatched(_ target: UserID) -> Bool {
    lists.hasAudience(target) || membership.hasSharers(target)
  }
}
