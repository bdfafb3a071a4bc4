internal import MatrixWire

/// The last answer to each of the servers that spoke last: a server repeats only its last transaction.
struct RecentAnswers: Sendable {
  private var answers: [ServerName: (id: String, answer: TransactionAnswer)] = [:]
  private var orders: [ServerName: Transaction.Order] = [:]
  private var origins: [ServerName] = []
  private var next = 0
  private let most = 1_024
  private let mostPeople = 256

  subscript(origin: ServerName, id: String) -> TransactionAnswer? {
    guard let last = answers[origin], last.id == id else { return nil }
    return last.answer
  }

  /// The last transaction that was taken of a server with which nothing stands.
  func order(of origin: ServerName) -> Transaction.Order? { orders[origin] }

  mutating func keep(_ answer: TransactionAnswer, to transaction: Transaction) {
    note(transaction.origin)
    // A thousand large ones would be gigabytes. Whoever repeats such a transaction is answered shortly, and asks
    // again with its next reminder.
    let size = (answer.answer?.push.count ?? 0) + (answer.answer?.refused.count ?? 0)
    answers[transaction.origin] = size <= mostPeople ? (transaction.id, answer) : nil
  }

  mutating func keep(_ order: Transaction.Order?, of origin: ServerName) {
    guard let order else { return }
    note(origin)
    orders[origin] = order
  }

  /// In turn, so that many strangers push out one another and cost no more than the last thousand.
  private mutating func note(_ origin: ServerName) {
    guard answers[origin] == nil, orders[origin] == nil else { return }
    guard origins.count >= most else {
      origins.append(origin)
      return
    }
    answers[origins[next]] = nil
    orders[origins[next]] = nil
    origins[next] = origin
    next = (next + 1) % most
  }
}
