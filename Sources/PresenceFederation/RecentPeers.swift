internal import MatrixWire
internal import Ports

/// What is kept of the peers that were met last, with or without a relation: the last answer, as a peer repeats only
/// its last transaction, and what was sent.
struct RecentPeers: Sendable {
  /// Without an answer where that was too large to be kept.
  private var answers: [ServerName: (id: String, answer: TransactionAnswer?)] = [:]
  private var orders: [ServerName: Transaction.Order] = [:]
  private var tallies: [ServerName: [MessageCause: Int]] = [:]
  private var lastHeard: [ServerName: Instant] = [:]
  private var origins: [ServerName] = []
  private var next = 0
  private let most = 1_024
  /// More than three hundred users with ordinary names.
  private let mostBytes = 16_384

  subscript(origin: ServerName, id: String) -> TransactionAnswer? {
    guard let last = answers[origin], last.id == id else { return nil }
    return last.answer
  }

  /// Whether this was the last transaction of a server that was answered in this life.
  func has(_ origin: ServerName, id: String) -> Bool { answers[origin]?.id == id }

  /// Whether the last answer to a server was to this transaction, and too large to be kept.
  func isTooLarge(_ origin: ServerName, id: String) -> Bool {
    guard let last = answers[origin] else { return false }
    return last.id == id && last.answer == nil
  }

  /// The last transaction that was taken of a peer without a relation.
  func order(of origin: ServerName) -> Transaction.Order? { orders[origin] }

  /// What was sent to a server before it was forgotten.
  func tally(of origin: ServerName) -> [MessageCause: Int] { tallies[origin] ?? [:] }

  /// When something last came from a server before it was forgotten.
  func lastHeard(of origin: ServerName) -> Instant? { lastHeard[origin] }

  mutating func keep(lastHeard instant: Instant?, of origin: ServerName) {
    guard let instant else { return }
    note(origin)
    lastHeard[origin] = instant
  }

  mutating func keep(_ tally: [MessageCause: Int], of origin: ServerName) {
    guard !tally.isEmpty else { return }
    note(origin)
    tallies[origin] = tally
  }

  mutating func keep(_ answer: TransactionAnswer, to transaction: Transaction) {
    note(transaction.origin)
    // A thousand large ones would be gigabytes.
    let size = Self.size(of: answer, transaction.id)
    answers[transaction.origin] = (transaction.id, size <= mostBytes ? answer : nil)
  }

  /// About how many bytes it takes to keep an answer.
  private static func size(of answer: TransactionAnswer, _ id: String) -> Int {
    guard let said = answer.answer else { return id.utf8.count }
    let pushes = said.push.reduce(0) { size, push in
      size + 2 * push.userID.rawValue.utf8.count + (push.content.statusMessage?.utf8.count ?? 0)
    }
    return said.refused.reduce(id.utf8.count + pushes) { $0 + 2 * $1.rawValue.utf8.count }
  }

  /// Of how many peers something is kept, and about how many bytes of the largest.
  var size: (servers: Int, mostBytes: Int) {
    let sizes = answers.map { origin, last in
      origin.rawValue.utf8.count + (last.answer.map { Self.size(of: $0, last.id) } ?? last.id.utf8.count)
    }
    return (origins.count, sizes.max() ?? 0)
  }

  mutating func keep(_ order: Transaction.Order?, of origin: ServerName) {
    guard let order else { return }
    note(origin)
    orders[origin] = order
  }

  /// In turn, so that many unknown peers push out one another and cost no more than the last thousand peers.
  private mutating func note(_ origin: ServerName) {
    guard answers[origin] == nil, orders[origin] == nil, tallies[origin] == nil, lastHeard[origin] == nil
    else { return }
    guard origins.count >= most else {
      origins.append(origin)
      return
    }
    answers[origins[next]] = nil
    orders[origins[next]] = nil
    tallies[origins[next]] = nil
    lastHeard[origins[next]] = nil
    origins[next] = origin
    next = (next + 1) % most
  }
}
