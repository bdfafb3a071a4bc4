internal import MatrixWire
internal import PresenceFederation

/// Transactions of other servers that are being stored, one of each server, and who sent the same again meanwhile: its
/// sender was not answered in time, and waits for the first.
struct ReceivingTransactions<Waiter: Sendable>: Sendable {
  private struct Receiving: Sendable {
    let id: String
    var repeats: [Waiter] = []
  }

  /// What becomes of a transaction that comes in.
  enum Admission: Hashable, Sendable {
    /// No other of its origin is being stored.
    case free
    /// It is being stored.
    case repeated
    /// Another one is, or too many wait already.
    case refused
  }

  private var receiving: [ServerName: Receiving] = [:]

  /// How often a transaction may be repeated while it is being stored.
  private static var mostRepeats: Int { 4 }

  /// How many are being stored.
  var count: Int { receiving.count }

  func admission(of transaction: Transaction) -> Admission {
    guard let current = receiving[transaction.origin] else { return .free }
    guard current.id == transaction.id, current.repeats.count < Self.mostRepeats else { return .refused }
    return .repeated
  }

  /// It is being stored from here on.
  mutating func begin(_ transaction: Transaction) {
    receiving[transaction.origin] = Receiving(id: transaction.id)
  }

  /// The same comes again, and waits.
  mutating func wait(_ waiter: Waiter, for transaction: Transaction) {
    receiving[transaction.origin]?.repeats.append(waiter)
  }

  /// It is stored, or was not.
  ///
  /// - Returns: those who wait for it.
  mutating func end(_ transaction: Transaction) -> [Waiter] {
    receiving.removeValue(forKey: transaction.origin)?.repeats ?? []
  }
}
