/// The spans and sizes of the presence rules (protocol 5.4), in one place so that tests and servers can turn
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
  /// How often one person may ask another the same question.
  public var inviteRepeat: Duration = .seconds(60)
  /// The longest status text, in bytes of UTF-8.
  public var statusBytes = 1024
  /// The most polls one device may have open.
  public var openPolls = 16
  /// The most people one list may hold, pending ones included.
  public var listEntries = 10_000
  /// The most people one may have asked who have not answered.
  public var pendingEntries = 1_000
  /// The most people of this server who may wait for one person's answer. Later ones are put where an earlier one is
  /// answered or taken back; until then they look to whoever asks like any that nobody has answered.
  public var waitingLocalInvites = 200
  /// The most people of other servers who may wait for one person's answer; later ones are not heard.
  public var waitingInvites = 800
  /// How many of them may be of one server, and how many may come of it within an hour.
  public var waitingInvitesPerServer = 100
  public var invitesPerServer = 100
  /// How many of the most recent invites to this server are remembered, to users and to names without an account. A name
  /// without an account keeps no stream for older ones, and no invite from another server.
  public var unclaimedInvites = 10_000
  /// The most questions of people of other servers that are remembered for `inviteRepeat`; beyond that only those
  /// are heard who are allowed already.
  public var heardInvites = 10_000
  /// How many of them may be of one server, and how many of servers with which nobody here has anything to do: neither
  /// one that floods, nor many who are strangers, keep the others from being heard.
  public var heardInvitesPerServer = 1_000
  public var heardInvitesOfStrangers = 5_000
  /// How long after hiding a person's interest in others stands whether or not they are there.
  public var standingInterest: Duration = .seconds(30 * 24 * 3600)
  /// The most groups one entry may be in.
  public var groups = 32
  /// The longest name of a group, in bytes of UTF-8.
  public var groupBytes = 255

  public init() {}
}
