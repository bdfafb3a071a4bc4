internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import PresenceFederation

/// This server among others: the engine that decides, and what carries out what it decides.
///
/// A value. Sending and asking begin here; what has to be stored, applied to the rules or handed to those who wait is
/// returned (`Outcome`), for its owner to do.
struct FederationHost: Sendable {
  /// What remains to be done of a step.
  struct Outcome: Sendable {
    /// What became known of other servers, for the rules.
    var updates: [RemoteUpdate] = []
    /// Rows that are written behind.
    var changes: [PeerChange] = []
    /// What one-shot queries were answered with; nil where the user is not shown.
    var answers: [(user: UserID, content: PresenceContent?)] = []
  }

  /// The relations of this server with its peers.
  var engine: FederationEngine
  /// Transactions that are being stored.
  var receiving = ReceivingTransactions<CheckedContinuation<Void, Never>>()
  private var retention = PeerRowRetention()
  private let sender: PeerSender
  private let knownPeers: KnownPeers
  private let failures: PeerFailureLog
  /// Asks for the profiles that other servers do not send along.
  private let profileFetcher: ProfileFetcher
  private let atStart: (peers: [PeerRecord], unsent: [ListEDU])

  init(
    _ engine: FederationEngine, _ stored: PeerRows, sender: PeerSender, knownPeers: KnownPeers,
    failures: PeerFailureLog, profileFetcher: ProfileFetcher
  ) {
    self.engine = engine
    self.sender = sender
    self.knownPeers = knownPeers
    self.failures = failures
    self.profileFetcher = profileFetcher
    atStart = (stored.peers, stored.unsent)
  }

  /// How many rows are kept of servers without a relation.
  var retainedRows: Int { retention.count }

  // MARK: After a start

  /// What has to be stored before any peer is told of this life.
  var rowsOfThisLife: [PeerChange] { [.epoch(engine.epoch)] }

  /// What is written behind after a start: of servers without a relation the oldest rows go.
  mutating func retainStored() -> [PeerChange] { atStart.peers.flatMap { retention.changes(with: $0) } }

  /// Servers with a subscription hear of it (R13).
  mutating func start(_ rules: PresenceRules, now: Moment) -> Outcome {
    let step = engine.start(peers: atStart.peers, unsent: atStart.unsent, rules: rules, now: now)
    return dispatch(step)
  }

  // MARK: What happens

  /// The rules ask for something.
  mutating func handle(_ effects: [PresenceEffect], _ rules: PresenceRules, now: Moment) -> Outcome {
    dispatch(engine.handle(effects, rules: rules, now: now))
  }

  /// Does everything whose time has come.
  mutating func expire(_ rules: PresenceRules, now: Moment) -> Outcome {
    dispatch(engine.expire(rules: rules, now: now))
  }

  /// An attempt to send was answered, or was not.
  mutating func sent(
    _ outbound: OutboundTransaction, _ outcome: PeerSender.Outcome, _ rules: PresenceRules,
    now: Moment
  ) -> Outcome {
    switch outcome {
    case .answered(let answer):
      failures.answered(outbound.peer)
      return dispatch(engine.succeeded(outbound, with: answer, rules: rules, now: now))
    case .failed(let reason, let cause):
      failures.failed(outbound.peer, cause)
      return dispatch(engine.failed(outbound, because: reason, rules: rules, now: now))
    }
  }

  /// A server asked for something else, and so is there (R3).
  mutating func noteRequest(from peer: ServerName, _ rules: PresenceRules, now: Moment) -> Outcome {
    dispatch(engine.noteRequest(from: peer, rules: rules, now: now))
  }

  /// Sends a one-shot query for a user to their server.
  mutating func query(_ user: UserID, _ rules: PresenceRules, now: Moment) -> Outcome {
    dispatch(engine.query(user, rules: rules, now: now))
  }

  /// Takes the next part of a transaction, which `Reception.beginPart` began.
  mutating func receive(_ reception: inout Reception, _ rules: PresenceRules, now: Moment) -> Outcome {
    dispatch(engine.receive(&reception, rules: rules, now: now))
  }

  /// Whether there is a relation with a server may have changed.
  func met(_ server: ServerName, _ isMet: Bool) { knownPeers.set(isMet, server) }

  // MARK: What is stored first

  /// What has to be durable before a transaction is taken, of its origin.
  mutating func rows(taking transaction: Transaction, begins: Bool) -> [PeerChange] {
    let record = engine.record(taking: transaction, begins: begins)
    return [.peer(record)] + retention.changes(with: record)
  }

  /// What an operator is told of every peer, including those that are named by hand and have no relation.
  func status(now: Moment) -> [PeerStatus] { engine.status(with: knownPeers.named, now: now) }

  // MARK: Dispatching

  private mutating func dispatch(_ step: FederationEngine.Step) -> Outcome {
    var outcome = Outcome(updates: step.updates)
    for effect in step.federation {
      switch effect {
      case .send(let outbound): sender.send(outbound)
      case .delivered(_, let message): outcome.changes.append(.delivered(message))
      case .remember(let record):
        outcome.changes += retention.changes(with: record)
        outcome.changes.append(.peer(record))
      case .queryAnswered(let user, let content): outcome.answers.append((user, content))
      case .askProfile(let user): profileFetcher.want(user)
      }
    }
    return outcome
  }
}
