internal import MatrixWire
internal import Synchronization

/// Filters that stand in polls, compiled once: a client sends the same one with every poll.
final class FilterCache: Sendable {
  private struct State: Sendable {
    /// By bytes: one person's filter is not for another who sends a canonically equivalent text.
    var filters: [[UInt8]: SyncFilter] = [:]
    /// How many bytes the texts have.
    var bytes = 0
  }

  private let state = Mutex(State())
  /// How many filters are kept, and how many bytes their texts may have together.
  private static let (most, mostBytes) = (1_024, 1 << 20)
  /// The longest text, in bytes. It is read where requests are, while other connections wait; a longer filter is
  /// to be stored, which is read once.
  static let longest = 16_384

  /// The filter a text stands for.
  ///
  /// - Throws: as `SyncFilter(parsing:)`, and `M_TOO_LARGE` for a text longer than `longest`.
  func filter(_ text: String) throws(MatrixError) -> SyncFilter {
    guard text.utf8.count <= Self.longest else {
      throw MatrixError(
        .tooLarge,
        "A filter in the query may have \(Self.longest) bytes. Store it by 'POST \u{2026}/user/{userId}/filter' and name "
          + "its ID.")
    }
    let key = Array(text.utf8)
    if let known = state.withLock({ $0.filters[key] }) { return known }
    let filter = try SyncFilter(parsing: key)
    state.withLock { state in
      guard state.filters.updateValue(filter, forKey: key) == nil else { return }
      state.bytes += key.count
      // Rarely: clients that are still there send theirs again.
      if state.filters.count > Self.most || state.bytes > Self.mostBytes {
        state = State(filters: [key: filter], bytes: key.count)
      }
    }
    return filter
  }
}
