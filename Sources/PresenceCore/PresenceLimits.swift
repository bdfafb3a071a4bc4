/// The spans and sizes of the presence rules (Protocol 5.4), in one place so that tests and servers can turn
/// them.
public struct PresenceLimits: Hashable, Sendable {
  /// How long a device stays connected after its last stream closed.
  public var grace: Duration = .seconds(30)
  /// How long after activity a person counts as currently active.
  public var activeWindow: Duration = .seconds(60)
  /// When a device that never reports idleness counts as idle.
  public var fallbackIdle: Duration = .seconds(300)
  /// How long a closed stream still counts as looking at the list.
  public var pollingLinger: Duration = .seconds(30)
  /// How long reading the list counts as looking at it.
  public var listReadPolling: Duration = .seconds(60)
  /// When an unanswered invite lapses.
  public var inviteLifetime: Duration = .seconds(30 * 24 * 3600)
  /// How often one user may invite the same other one.
  public var inviteRepeat: Duration = .seconds(60)
  /// The longest status text, in bytes of UTF-8.
  public var statusBytes = 1024
  /// The most polls one device may have open.
  public var openPolls = 16
  /// The most entries of one list, pending ones included.
  public var listEntries = 10_000
  /// The most pending entries of one list.
  public var pendingEntries = 1_000
  /// The most users of this server who may wait for one user's answer. Later invites are delivered when an earlier one
  /// is answered or taken back; until then they look to their senders like any that has no answer.
  public var waitingLocalInvites = 200
  /// The most users of other servers who may wait for one user's answer; later invites are ignored.
  public var waitingInvites = 800
  /// How many of them may be of one server, and how many invites of it are taken within an hour.
  public var waitingInvitesPerServer = 100
  public var invitesPerServer = 100
  /// How many of the most recent invites to this server are remembered, to users and to names without an account. A name
  /// without an account keeps no stream for older ones, and no invite from another server.
  public var unclaimedInvites = 10_000
  /// The most invites from other servers that are remembered for `inviteRepeat`; beyond that only users who are allowed
  /// already are heard.
  public var throttledInvites = 10_000
  /// How many of them may be of one server, and how many of servers without a relation: neither one that floods nor
  /// many unknown peers keep the others from being heard.
  public var throttledInvitesPerServer = 1_000
  public var throttledInvitesOfUnknownPeers = 5_000
  /// How long after hiding the interest of a user in others stands (R14).
  public var standingInterest: Duration = .seconds(30 * 24 * 3600)
  /// The most groups one entry may be in.
  public var groups = 32
  /// The longest name of a group, in bytes of UTF-8.
  public var groupBytes = 255

  public init() {}
}
