internal import MatrixWire
internal import Synchronization

/// Filters that stand in polls, parsed once: a client sends the same one with every poll.
final class FilterCache: Sendable {
  private let parsed = Mutex<[String: SyncFilter]>([:])
  /// How many are kept, and the longest that is.
  private static let (most, longest) = (256, 1_024)
  /// In bytes: as large as a body may be.
  private static let largest = 65_536

  /// The filter a text stands for; nil where it is none.
  func filter(_ text: String) -> SyncFilter? {
    if let known = parsed.withLock({ $0[text] }) { return known }
    guard text.utf8.count <= Self.largest,
      let filter = try? WireJSON.decode(SyncFilter.self, from: text.utf8)
    else { return nil }
    guard text.utf8.count <= Self.longest else { return filter }
    parsed.withLock { parsed in
      if parsed.count >= Self.most { parsed = [:] }
      parsed[text] = filter
    }
    return filter
  }
}
