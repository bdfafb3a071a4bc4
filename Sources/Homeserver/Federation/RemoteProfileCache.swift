internal import MatrixWire
internal import Ports
internal import Synchronization

/// Profiles of remote users, for a minute. Without this, any account could have the same host called as often as it can
/// ask.
final class RemoteProfileCache: Sendable {
  enum Finding: Hashable, Sendable {
    case said(PublicProfile?)
    /// Their server did not answer, or not in a way that can be understood.
    case silent
  }

  private struct Entry: Sendable {
    var finding: Finding
    var until: Instant

    /// In bytes, about.
    var size: Int {
      guard case .said(let profile?) = finding else { return 0 }
      return profile.fields.reduce(0) { $0 + $1.key.utf8.count + $1.value.count }
    }
  }

  private struct State: Sendable {
    var entries: [UserID: Entry] = [:]
    /// Of all of them.
    var size = 0

    mutating func set(_ entry: Entry?, for user: UserID) {
      size += (entry?.size ?? 0) - (entries[user]?.size ?? 0)
      entries[user] = entry
    }

    /// Half of them at once, so that a flood of names costs little each.
    mutating func forgetHalf() {
      for (user, _) in entries.sorted(by: { $0.value.until < $1.value.until }).prefix((entries.count + 1) / 2)
      {
        set(nil, for: user)
      }
    }
  }

  /// How much is kept of what people say of themselves, in bytes.
  private static let largest = 4 << 20

  private let time: any Timekeeper
  private let most: Int
  private let state = Mutex(State())

  /// - Parameters:
  ///   - time: when it is over.
  ///   - most: how many are kept; beyond that those begin anew that end first.
  init(_ time: any Timekeeper, most: Int = 1_024) {
    self.time = time
    self.most = max(2, most)
  }

  /// How many are kept: for tests.
  var count: Int { state.withLock(\.entries.count) }

  subscript(user: UserID) -> Finding? {
    get {
      let now = time.instant
      return state.withLock { state in
        guard let entry = state.entries[user], now < entry.until else { return nil }
        return entry.finding
      }
    }
    set {
      let until = time.instant + .seconds(60)
      state.withLock { state in
        state.set(newValue.map { Entry(finding: $0, until: until) }, for: user)
        while state.entries.count > most || state.size > Self.largest { state.forgetHalf() }
      }
    }
  }
}
