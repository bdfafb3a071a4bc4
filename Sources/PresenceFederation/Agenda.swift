internal import MatrixWire
internal import Ports
internal import PresenceCore

/// What the links of an engine share: its deadlines, the protocol's spans, and its random numbers.
struct Agenda: Sendable {
  enum Deadline: Hashable, Sendable {
    /// The queue of a peer has to be sent.
    case flush(ServerName)
    case retry(ServerName)
    case short(ServerName)
    case long(ServerName)
    /// Answers to one-shot queries are not waited for any longer.
    case queries(ServerName)
    /// What a peer refused is tried again.
    case parked(ServerName)
    /// States of a server of today expire.
    case expiry(ServerName)
    /// A user has not been watched for a while.
    case linger(UserID)
    /// An invite has not been answered.
    case invite(Relation)
    /// More users on the list of a user whose interest changed have to be looked after.
    case restand(UserID)
  }

  let policy: PresencePolicy
  let timing: FederationTiming
  private var deadlines = DeadlineQueue<Deadline>()
  private var random: SeededGenerator

  init(policy: PresencePolicy = .tight, timing: FederationTiming = .init(), seed: UInt64) {
    self.policy = policy
    self.timing = timing
    random = SeededGenerator(seed: seed)
  }

  /// The earliest deadline.
  var next: Instant? { deadlines.next }

  /// Sets, moves or (with nil) removes a deadline. Equal ones come in the order in which they were set.
  mutating func set(_ instant: Instant?, for deadline: Deadline) { deadlines.set(instant, for: deadline) }

  /// Takes out the earliest deadline that is due.
  mutating func popDue(at now: Instant) -> Deadline? { deadlines.popDue(at: now) }

  /// A part of a span at random, in whole milliseconds.
  mutating func span(_ share: ClosedRange<Double>, of whole: Duration) -> Duration {
    let part = Double.random(in: share, using: &random)
    return .milliseconds(Int64(Double(whole.wholeMilliseconds) * part))
  }
}
