public import PresenceFederation

/// What has to hold, in every world.
public enum Invariant: String, CaseIterable, Hashable, Sendable {
  case convergence = "every looking watcher sees what is true"
  case absence = "people of a server that is gone are shown as unknown or offline in time"
  case repair = "a restart is repaired within 10 s of listening"
  case monotony = "a view never goes back to an older state, and shows nothing its server never said"
  case permission = "nothing is sent about somebody to a server where nobody may see them"
  case ownPeople = "messages name only their sender's and their receiver's people"
  case repeated = "a repeated transaction gets the same answer and changes nothing"
  case agreement = "both sides of a relation say the same"
  case unwanted = "nothing is pushed to a server where nobody looks"
  case backoff = "whoever is heard from is not waited for any more"
  case reminders = "the long watchdog comes between servers that never rest"
  case silence = "no message without interest"
  case memory = "nothing is kept of servers with which nothing stands"
  case quietTraffic = "servers at peace do not play ping-pong"
  case hostility = "hostile servers are refused, and told nothing about who exists"
  case hiding = "a hidden person leaves no trace on the wire"
  case overload = "a slow server does not multiply the traffic"
  case determinism = "the same seed gives the same world"
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
  /// Seconds from when somebody came online until a watcher elsewhere saw it, while nothing was wrong.
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
