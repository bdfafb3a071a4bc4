internal import MatrixWire
internal import Synchronization

/// One durable change at a time for whatever it concerns: what was decided is still true when it has been stored.
///
/// A change that concerns several things waits for all of them. First come, first served, so no change waits for ever
/// and no two wait for each other.
final class Turns: Sendable {
  /// What only one change at a time may concern.
  enum Subject: Hashable, Sendable {
    /// A person's account, sessions, data and status.
    case person(UserID)
    /// The relation of two users. A subject of its own: were it the user's, a stranger could tell from how long a
    /// request about a user takes that they are just writing something.
    case relation(owner: UserID, observed: UserID)
  }

  private typealias EntryID = UInt64

  private struct Entry: Sendable {
    let subjects: Set<Subject>
    /// How many of its subjects another change has, or waits for since earlier.
    var blocked: Int
    let continuation: CheckedContinuation<Void, Never>
  }

  private struct State: Sendable {
    var entries: [EntryID: Entry] = [:]
    /// Who has each subject, and behind them who waits.
    var queues: [Subject: [EntryID]] = [:]
    var lastID: EntryID = 0

    /// - Returns: whether it is its turn at once.
    mutating func add(
      _ subjects: Set<Subject>, _ continuation: CheckedContinuation<Void, Never>
    ) -> (EntryID, isFree: Bool) {
      lastID += 1
      var blocked = 0
      for subject in subjects {
        if queues[subject] != nil { blocked += 1 }
        queues[subject, default: []].append(lastID)
      }
      entries[lastID] = Entry(subjects: subjects, blocked: blocked, continuation: continuation)
      return (lastID, blocked == 0)
    }

    /// - Returns: those whose turn it is now.
    mutating func remove(_ id: EntryID) -> [CheckedContinuation<Void, Never>] {
      var granted: [CheckedContinuation<Void, Never>] = []
      for subject in entries.removeValue(forKey: id)?.subjects ?? [] {
        queues[subject]?.removeFirst()
        guard let next = queues[subject]?.first else {
          queues[subject] = nil
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
  func take<Value, Failure: Error>(
    _ users: Set<UserID>, isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    try await take(subjects: Set(users.map(Subject.person)), body)
  }

  /// Runs `body` when no other change concerns any of these.
  func take<Value, Failure: Error>(
    subjects: Set<Subject>, isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    var turn: EntryID = 0
    await withCheckedContinuation { continuation in
      let (id, isFree) = state.withLock { $0.add(subjects, continuation) }
      turn = id
      if isFree { continuation.resume() }
    }
    defer {
      for next in state.withLock({ $0.remove(turn) }) { next.resume() }
    }
    return try await body()
  }
}
