internal import MatrixWire
internal import Synchronization

/// Filters that stand in polls, parsed once: a client sends the same one with every poll.
final class FilterCache: Sendable {
  /// By bytes: one person's filter is not for another who sends a canonically equivalent text.
  private let parsed = Mutex<[[UInt8]: SyncFilter]>([:])
  /// How many are kept, and the longest that is.
  private static let (most, longest) = (256, 1_024)
  /// In bytes: as large as a body may be.
  private static let largest = 65_536

  /// The filter a text stands for; nil where it is none.
  func filter(_ text: String) -> SyncFilter? {
    guard text.utf8.count <= Self.largest else { return nil }
    let key = Array(text.utf8)
    if key.count <= Self.longest, let known = parsed.withLock({ $0[key] }) { return known }
    guard let filter = try? WireJSON.decode(SyncFilter.self, from: key) else { return nil }
    guard key.count <= Self.longest else { return filter }
    parsed.withLock { parsed in
      if parsed.count >= Self.most { parsed = [:] }
      parsed[key] = filter
    }
    return filter
  }
}
