public import MatrixWire
public import Ports
public import PresenceCore

/// How one homeserver and its peers watch each other (protocol 6.6), as a value.
///
/// Every input is told `now` and returns what has to be done. Nothing here waits, reads a clock, or draws a
/// number that its seed did not fix; nothing in its output depends on the order of a dictionary. The caller
/// runs `expire` no later than `nextDeadline`; early is harmless.
///
/// The engine reads and changes the presence rules it is handed: list messages and states of remote people go
/// into them, and what follows for this server's own people comes back in `Step.presence`, already heard.
public struct FederationEngine: Sendable {
  /// What an input led to.
  public struct Step: Sendable {
    /// For this server's own streams and store. The engine has heard of it already.
    public var presence: [PresenceEffect] = []
    /// For other servers.
    public var federation: [FederationEffect] = []
  }

  /// - Parameters:
  ///   - server: whose engine this is.
  ///   - policy: what watchfulness may cost.
  ///   - timing: the protocol's spans.
  ///   - epoch: this life of the server: greater than any before it, on a store that is not lost milliseconds
  ///     since 1970 do.
  ///   - seed: what every random span is drawn from.
  public init(
    server: ServerName, policy: PresencePolicy = .tight, timing: FederationTiming = .init(), epoch: Int64,
    seed: UInt64
  ) {}

  package var points = PolicyPoints()

  /// What has to be stored before a step of the rules is carried out: messages that must arrive. Invites are
  /// not among them: whoever waits for an answer asks again.
  public func unsent(in effects: [PresenceEffect]) -> [ListEDU] { [] }

  /// After a start: servers with a subscription hear of it, messages that were not delivered are sent again.
  public mutating func start(
    peers: [PeerRecord], unsent: [ListEDU], rules: inout PresenceRules, now: Moment
  ) -> Step { Step() }

  /// Something was done to the rules; hears what other servers have to know of it.
  public mutating func hear(_ effects: [PresenceEffect], rules: inout PresenceRules, now: Moment) -> Step {
    Step()
  }

  /// A transaction came, its signature is its origin's. What is in the step has to be durable before the answer
  /// leaves.
  ///
  /// - Throws: `M_TOO_LARGE`-class refusals of the whole transaction (protocol 6.1), status 400.
  public mutating func receive(
    _ transaction: Transaction, rules: inout PresenceRules, now: Moment
  ) throws(MatrixError) -> (answer: TransactionAnswer, step: Step) { (TransactionAnswer(), Step()) }

  /// Any other authenticated request came from a server (R3).
  public mutating func heard(from peer: ServerName, rules: inout PresenceRules, now: Moment) -> Step {
    Step()
  }

  /// An attempt was answered with 200.
  public mutating func succeeded(
    _ sent: OutboundTransaction, with answer: TransactionAnswer, rules: inout PresenceRules, now: Moment
  ) -> Step { Step() }

  /// An attempt was refused, or not answered in time.
  public mutating func failed(_ sent: OutboundTransaction, rules: inout PresenceRules, now: Moment) -> Step {
    Step()
  }

  /// Asks once for a remote person whom nobody here watches; `answeredOnce` follows if an answer comes.
  public mutating func askOnce(_ user: UserID, rules: inout PresenceRules, now: Moment) -> Step { Step() }

  /// When `expire` has to run next, if nothing happens before.
  public var nextDeadline: Instant? { mutating get { nil } }

  /// Does everything whose time has come.
  public mutating func expire(rules: inout PresenceRules, now: Moment) -> Step { Step() }

  /// What is known of every peer, in the order of their names: for people who run a server, and for tests.
  public func status(rules: PresenceRules, now: Moment) -> [PeerStatus] { [] }
}
