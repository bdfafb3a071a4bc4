public import PresenceFederation

/// What has to hold, in every world: the numbers are those of Simulation 3.
public enum Invariant: String, CaseIterable, Hashable, Sendable {
  /// I1, I9, I20.
  case convergence = "every looking watcher sees what is true"
  /// I2, I3.
  case absence = "people of a server that is gone are shown as unknown or offline in time"
  /// I4.
  case repair = "a restart is repaired within 10 s of listening"
  /// I8.
  case monotony = "a view never goes back to an older state, and shows nothing its server never said"
  /// I12.
  case permission = "nothing is sent about a user to a server where nobody may see them"
  /// I13.
  case ownPeople = "messages name only their sender's and their receiver's people"
  /// I8.
  case repeated = "a repeated transaction gets the same answer and changes nothing"
  /// I10, I11.
  case agreement = "both sides of a relation say the same"
  /// I12.
  case unwanted = "nothing is pushed to a server where nobody looks"
  /// I19.
  case backoff = "no back-off goes on once its peer is heard from"
  /// I5.
  case reminders = "the long watchdog comes between servers that never rest"
  /// I21.
  case silence = "no message without interest"
  /// I14.
  case memory = "nothing is kept of servers without a subscription"
  /// I6.
  case quietTraffic = "servers at peace do not play ping-pong"
  /// I13, I16.
  case hostility = "hostile servers are refused, and told nothing about who exists"
  /// I17, I18.
  case hiding = "a hidden person leaves no trace on the wire"
  /// I7.
  case overload = "a slow server does not multiply the traffic"
}

/// Something that must not be, with everything needed to see it again.
public struct Violation: Hashable, Sendable, CustomStringConvertible {
  public let invariant: Invariant
  /// When, in the world's own time.
  public let time: String
  public let details: String

  public var description: String { "\(time): not \(invariant.rawValue.debugDescription): \(details)" }
}

/// States that must be reached by some seed, or the run proves nothing about them.
public enum Rarity: String, CaseIterable, Hashable, Sendable {
  case timerWithAnswerInFlight = "a timer fired with an answer in flight"
  case denialWhilePushQueued = "a deny while a push was queued"
  case restartFasterThanTimer = "a restart faster than the short timer"
  case crossedInvites = "crossed invites"
  case duplicateAfterRestart = "a duplicate after a restart"
  case pollRefused = "a poll refused"
  case inlineAnswerLost = "an inline answer lost"
}

/// What became of one seed under one policy.
public struct SeedReport: Sendable {
  public let seed: UInt64
  public let policy: PresencePolicy
  public var servers = 0
  public var people = 0
  /// Inputs to engines.
  public var events = 0
  public var faults = 0
  public var crashes = 0
  public var messages = 0
  /// The same by why they were sent.
  public var causes: [MessageCause: Int] = [:]
  public var violations: [Violation] = []
  public var reached: Set<Rarity> = []
  /// Of all that happened.
  public var hash: UInt64 = 0
  /// Seconds from when a user came online until a watcher elsewhere saw it, while nothing was wrong.
  public var delays: [Double] = []
  /// Views 45 s after a partition, and how many of them were right.
  public var healed = 0
  public var healing = 0

  init(seed: UInt64, policy: PresencePolicy) {
    self.seed = seed
    self.policy = policy
  }

  /// Shows exactly this again.
  public var command: String {
    "porchlight simulate check --seeds \(seed)..\(seed) --policy \(policy.rawValue)"
  }
}
