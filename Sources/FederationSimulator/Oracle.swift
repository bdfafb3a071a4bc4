internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import PresenceFederation

/// What an all-seeing eye remembers of a world: the truth about all users, what each server was seen to show, and who
/// has been looking for how long.
struct Oracle {
  /// A user as a server shows them.
  struct View: Hashable {
    let server: Int
    let user: UserID
  }

  /// A transaction as a server knows it.
  struct Receipt: Hashable {
    let server: Int
    let origin: ServerName
    let id: String
  }

  enum Repeat: Equatable {
    case never
    case inThisLife(TransactionAnswer?)
    case inAnEarlierLife
  }

  var timelines: [UserID: TruthTimeline] = [:]
  /// What each view showed when it last changed.
  var sights: [View: Sight] = [:]
  /// How far in the truth each view has come.
  var places: [View: Int] = [:]
  /// Since when a person looks, if they do.
  var lookingSince: [UserID: Instant] = [:]
  /// When a server's interest in a user last began or ended.
  var interestTouched: [View: Instant] = [:]
  private var relationsTouched: [Relation: Instant] = [:]
  var everHidden: Set<UserID> = []
  var delays: [Double] = []

  private var received: [Receipt: (life: Int, answer: TransactionAnswer?)] = [:]
  private var latest: [Sender: String] = [:]
  /// Attempts that failed and were not repeated yet, by sender and receiver.
  private var waiting: Set<VirtualNetwork.Cut> = []
  /// The last attempt of each server to each other.
  private var attempts: [VirtualNetwork.Cut: UInt64] = [:]
  private var orders: [Sender: Transaction.Order] = [:]
  private var pushed: [View: Instant] = [:]
  private var fallen: [Int: Instant] = [:]
  private var risen: [Int: Instant] = [:]
  /// Messages since the count began, by the two servers.
  private(set) var counted: [VirtualNetwork.Cut: Int] = [:]
  /// When each pair of servers last asked for everything.
  var reminded: [VirtualNetwork.Cut: Instant] = [:]

  struct Sender: Hashable {
    let server: Int
    let origin: ServerName
  }

  // MARK: Interest

  mutating func relationTouched(_ pair: Relation, at now: Instant) { relationsTouched[pair] = now }

  func isSettled(_ pair: Relation, since instant: Instant) -> Bool {
    (relationsTouched[pair] ?? .origin) <= instant
  }

  /// A user begins or ceases to hide, and looks different from here on.
  mutating func stanceTouched(_ user: UserID, at now: Instant) {
    if lookingSince[user] != nil { lookingSince[user] = now }
  }

  mutating func forgetViews(of server: Int) {
    for view in places.keys where view.server == server { (places[view], sights[view]) = (nil, nil) }
  }

  /// A server that falls again before all peers could try it once more has been away since its first fall.
  mutating func serverFell(_ server: Int, at now: Instant) {
    if let rise = risen[server], now - rise < .seconds(60), fallen[server] != nil { return }
    fallen[server] = now
  }

  mutating func serverRose(_ server: Int, at now: Instant) { risen[server] = now }

  func lastFall(of server: Int) -> Instant? { fallen[server] }

  // MARK: Messages

  mutating func arrived(_ transaction: Transaction, at server: Int, life: Int) -> Repeat {
    let receipt = Receipt(server: server, origin: transaction.origin, id: transaction.id)
    defer {
      if received[receipt]?.life != life { received[receipt] = (life, nil) }
    }
    guard let before = received[receipt] else { return .never }
    guard before.life == life else { return .inAnEarlierLife }
    // Only the last one is certain to be remembered with its answer.
    let isLatest = latest[Sender(server: server, origin: transaction.origin)] == transaction.id
    return .inThisLife(isLatest ? before.answer : nil)
  }

  /// Whether a transaction is later than all its sender's before, and so certainly a sign of life.
  mutating func isNews(_ transaction: Transaction, at server: Int) -> Bool {
    guard let order = transaction.order else { return false }
    let sender = Sender(server: server, origin: transaction.origin)
    guard orders[sender].map({ $0 < order }) ?? true else { return false }
    orders[sender] = order
    return true
  }

  mutating func sent(_ number: UInt64, from: Int, to: Int) {
    attempts[.init(from: from, to: to)] = number
    waiting.remove(.init(from: from, to: to))
  }

  mutating func failed(_ number: UInt64, from: Int, to: Int) {
    let direction = VirtualNetwork.Cut(from: from, to: to)
    if attempts[direction] == number { waiting.insert(direction) }
  }

  func isWaiting(from: Int, to: Int) -> Bool { waiting.contains(.init(from: from, to: to)) }

  mutating func gave(_ answer: TransactionAnswer, to transaction: Transaction, at server: Int) {
    let receipt = Receipt(server: server, origin: transaction.origin, id: transaction.id)
    guard received[receipt]?.answer == nil else { return }
    received[receipt]?.answer = answer
    latest[Sender(server: server, origin: transaction.origin)] = transaction.id
  }

  mutating func pushedNow(_ user: UserID, to server: Int, at now: Instant) {
    pushed[View(server: server, user: user)] = now
  }

  func lastPushed(_ user: UserID, to server: Int) -> Instant? { pushed[View(server: server, user: user)] }

  mutating func count(_ outbound: OutboundTransaction, from server: Int, to other: Int) {
    guard outbound.cause != .list else { return }
    counted[.init(from: server, to: other), default: 0] += 1
  }

  mutating func beginCount() { counted = [:] }
}
