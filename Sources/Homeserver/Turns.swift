internal import MatrixWire
internal import Synchronization

/// One durable change at a time for each person: what was decided is still true when it has been stored.
///
/// A change that concerns several people has to wait for all of them. Whoever came first goes first, so nobody
/// waits for ever and no two wait for each other.
final class Turns: Sendable {
  private struct Waiting: Sendable {
    let users: Set<UserID>
    let continuation: CheckedContinuation<Void, Never>
  }

  private struct State: Sendable {
    var held: Set<UserID> = []
    var waiting: [Waiting] = []

    /// Those whose turn it is now, in the order they came.
    mutating func next() -> [Waiting] {
      var granted: [Waiting] = []
      // Whoever waits keeps their people from those behind them.
      var wanted = held
      waiting.removeAll { entry in
        defer { wanted.formUnion(entry.users) }
        guard wanted.isDisjoint(with: entry.users) else { return false }
        held.formUnion(entry.users)
        granted.append(entry)
        return true
      }
      return granted
    }
  }

  private let state = Mutex(State())

  /// Runs `body` when nobody else's change concerns these people.
  func take<Value, Failure: Error>(
    _ users: Set<UserID>, isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    await withCheckedContinuation { continuation in
      grant { $0.waiting.append(Waiting(users: users, continuation: continuation)) }
    }
    defer { grant { $0.held.subtract(users) } }
    return try await body()
  }

  private func grant(_ change: (inout sending State) -> Void) {
    let granted = state.withLock { state in
      change(&state)
      return state.next()
    }
    for entry in granted { entry.continuation.resume() }
  }
}
