/// The spans of the presence protocol between servers (Protocol 6.1, 6.6), in one place.
public struct FederationTiming: Hashable, Sendable {
  /// How long the first change of a batch waits for others, before the jitter.
  public var batchWindow: Duration = .seconds(10)
  /// What is added to it at random; together they stay within `longestBatch`.
  public var batchJitter: Duration = .seconds(5)
  /// The longest any change waits.
  public var longestBatch: Duration = .seconds(60)
  /// A first poll leaves within this span (R1).
  public var pollSpread: Duration = .seconds(1)
  /// How long a user who is not watched any more stays subscribed (R8).
  public var pollLinger: Duration = .seconds(30)
  /// The watchdog that only matters while something is shown (R4); drawn from 0.9 to 1 of it.
  public var shortInterval: Duration = .seconds(60)
  /// How far the economical policy doubles it.
  public var longestShortInterval: Duration = .seconds(240)
  /// The watchdog that repairs lost promises; drawn from 0.85 to 1.15 of it, at first from 0.1 to 1.
  public var longInterval: Duration = .seconds(3600)
  /// What this server promises: longer than any draw of the long interval.
  public var promise: Duration = .seconds(4500)
  /// The promise of a peer that names no span, and the range that others are held to.
  public var defaultPromise: Duration = .seconds(3600)
  public var promises: ClosedRange<Duration> = .seconds(60) ... .seconds(24 * 3600)
  /// How long an answer may take while a watchdog runs (R6), and otherwise.
  public var watchedTimeout: Duration = .seconds(5)
  public var timeout: Duration = .seconds(60)
  /// The first repetition; later ones wait twice as long each, give or take a fifth.
  public var firstRetry: Duration = .seconds(1)
  /// The longest wait while something is at stake and the silence is short, and otherwise.
  public var watchedBackoff: Duration = .seconds(30)
  public var idleBackoff: Duration = .seconds(300)
  /// The longest wait for a server that never was heard, after a long silence.
  public var unknownPeerBackoff: Duration = .seconds(3600)
  /// When a silence is no longer short.
  public var longSilence: Duration = .seconds(3600)
  /// After a start, servers with a subscription hear of it within this span (R13).
  public var startSpread: Duration = .seconds(5)
  /// Servers without our additions: how often they hear the same again, and when theirs expires (R12).
  public var modernRefresh: Duration = .seconds(25 * 60)
  public var modernExpiry: Duration = .seconds(30 * 60)
  /// How often a server of today is asked for the profile of a user it speaks of, as it does not send profiles along.
  public var profileInterval: Duration = .seconds(3600)
  /// How long after an invite it is repeated, while it has no answer (Protocol 6.5).
  public var inviteRepeats: [Duration] = [.seconds(60), .seconds(600), .seconds(3600)]
  public var inviteInterval: Duration = .seconds(24 * 3600)
  /// How long the same invite waits at least before it goes again (Protocol 3.6 E3).
  public var leastInviteInterval: Duration = .seconds(60)

  public init() {}
}
