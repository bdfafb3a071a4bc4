internal import MatrixWire

/// Which of a peer's transactions were taken already, and which life of the peer they come from (R13).
struct ReplayWindow: Sendable {
  enum Verdict: Hashable, Sendable {
    case new
    /// Taken before, or overtaken by one that was.
    case repeated
    /// From a life of its sender before this one.
    case behind(Int64)
  }

  /// The latest life of the peer that was heard of.
  var epoch: Int64?
  /// The last of its transactions that was taken.
  var order: Transaction.Order?

  /// Whether nothing ever came from the peer, as far as is remembered.
  var isUntouched: Bool { epoch == nil && order == nil }

  /// Judges a transaction by its place among all of its sender's. One without a place is always new.
  func verdict(on offered: Transaction.Order?) -> Verdict {
    guard let offered else { return .new }
    let latest = max(order?.epoch ?? .min, epoch ?? .min)
    if offered.epoch < latest { return .behind(latest) }
    guard let order, offered <= order else { return .new }
    return .repeated
  }

  /// Learns which life of the peer speaks. An answer is certainly of its present one; a transaction may be late.
  ///
  /// - Returns: whether it is another life than the one known: then `epoch` is left as it was.
  mutating func learn(epoch offered: Int64, isFresh: Bool) -> Bool {
    guard let known = epoch else {
      epoch = offered
      return false
    }
    return offered > known || (isFresh && offered != known)
  }

  /// Takes over what was stored, unless a later transaction came since.
  mutating func restore(_ stored: Transaction.Order) {
    guard order.map({ $0 < stored }) ?? true else { return }
    order = stored
    epoch = stored.epoch
  }
}
