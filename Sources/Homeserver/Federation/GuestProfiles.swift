internal import MatrixWire
internal import Ports
internal import Synchronization

/// Profiles of people of other servers, for a minute. Without this anybody with a session could have the same
/// host called as often as they can ask.
final class GuestProfiles: Sendable {
  enum Finding: Hashable, Sendable {
    case said(Profile?)
    /// Their server did not answer, or not in a way that can be understood.
    case silent
  }

  private struct Entry: Sendable {
    var finding: Finding
    var until: Instant
  }

  private let time: any Timekeeper
  private let most: Int
  private let entries = Mutex<[UserID: Entry]>([:])

  /// - Parameters:
  ///   - time: when it is over.
  ///   - most: how many are kept; beyond that those begin anew that end first.
  init(_ time: any Timekeeper, most: Int = 1_024) {
    self.time = time
    self.most = max(2, most)
  }

  /// How many are kept: for tests.
  var count: Int { entries.withLock(\.count) }

  subscript(user: UserID) -> Finding? {
    get {
      let now = time.instant
      return entries.withLock { entries in
        guard let entry = entries[user], now < entry.until else { return nil }
        return entry.finding
      }
    }
    set {
      let until = time.instant + .seconds(60)
      entries.withLock { entries in
        entries[user] = newValue.map { Entry(finding: $0, until: until) }
        guard entries.count > most else { return }
        // Half of them at once, so that a flood of names costs little each.
        for (user, _) in entries.sorted(by: { $0.value.until < $1.value.until }).prefix(most / 2) {
          entries[user] = nil
        }
      }
    }
  }
}
