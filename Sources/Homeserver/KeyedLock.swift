internal import MatrixWire
internal import Synchronization

/// One durable change at a time for whatever it concerns: what was decided is still true when it has been stored.
///
/// A change that concerns several things waits for all of them. First come, first served, so no change waits for ever
/// and no two wait for each other.
final class KeyedLock: Sendable {
  /// What only one change at a time may concern.
  enum Key: Hashable, Sendable {
    /// A person's account, sessions, data and status.
    case person(UserID)
    /// The relation of two users. A key of its own: were it the user's, the time a request about a user
    /// takes would tell its sender that they are just writing something.
    case relation(owner: UserID, observed: UserID)
    /// The profile that a user's rooms show. A key of its own: it waits for rooms, for which others wait who have the
    /// user's.
    case shownProfile(UserID)
    /// A room, with everything that stands in it.
    case room(RoomID)
    /// Which room an alias stands for.
    case alias(RoomAlias)
  }

  private typealias EntryID = UInt64

  private struct Entry: Sendable {
    let keys: Set<Key>
    /// How many of its keys another change has, or waits for since earlier.
    var blocked: Int
    let continuation: CheckedContinuation<Void, Never>
  }

  private struct State: Sendable {
    var entries: [EntryID: Entry] = [:]
    /// Who has each key, and behind them who waits.
    var queues: [Key: [EntryID]] = [:]
    var lastID: EntryID = 0

    /// - Returns: whether it has all its keys at once.
    mutating func add(
      _ keys: Set<Key>, _ continuation: CheckedContinuation<Void, Never>
    ) -> (EntryID, isFree: Bool) {
      lastID += 1
      var blocked = 0
      for key in keys {
        if queues[key] != nil { blocked += 1 }
        queues[key, default: []].append(lastID)
      }
      entries[lastID] = Entry(keys: keys, blocked: blocked, continuation: continuation)
      return (lastID, blocked == 0)
    }

    /// - Returns: those who have all their keys now.
    mutating func remove(_ id: EntryID) -> [CheckedContinuation<Void, Never>] {
      var granted: [CheckedContinuation<Void, Never>] = []
      for key in entries.removeValue(forKey: id)?.keys ?? [] {
        queues[key]?.removeFirst()
        guard let next = queues[key]?.first else {
          queues[key] = nil
          continue
        }
        entries[next]?.blocked -= 1
        if let entry = entries[next], entry.blocked == 0 { granted.append(entry.continuation) }
      }
      return granted
    }
  }

  private let state = Mutex(State())

  /// Runs `body` when no other change concerns these users themselves.
  func withLock<Value, Failure: Error>(
    _ users: Set<UserID>, isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    try await withLock(keys: Set(users.map(Key.person)), body)
  }

  /// Runs `body` when no other change concerns any of these.
  func withLock<Value, Failure: Error>(
    keys: Set<Key>, isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    var entry: EntryID = 0
    await withCheckedContinuation { continuation in
      let (id, isFree) = state.withLock { $0.add(keys, continuation) }
      entry = id
      if isFree { continuation.resume() }
    }
    defer {
      for next in state.withLock({ $0.remove(entry) }) { next.resume() }
    }
    return try await body()
  }
}
