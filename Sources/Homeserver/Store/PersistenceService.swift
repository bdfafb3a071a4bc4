internal import MatrixWire

/// The only place that commits. Changes that come while a commit is under way share the next one (group
/// commit), so that a disk's slowest step is paid once for all who wait.
actor PersistenceService {
  private struct Waiting {
    let changes: [StoreChange]
    let continuation: CheckedContinuation<Turn, Never>
  }

  private enum Turn: Sendable {
    case done(StoreError?)
    /// No caller commits: the one that is told this does it, for itself and all that wait.
    case lead
  }

  private let store: any ServerStore
  private var waiting: [Waiting] = []
  private var isCommitting = false

  init(_ store: any ServerStore) { self.store = store }

  /// Returns when the changes are durable. Whatever follows from them may only be seen afterwards.
  func commit(_ changes: [StoreChange]) async throws(StoreError) {
    guard !changes.isEmpty else { return }
    if isCommitting {
      let turn = await withCheckedContinuation { continuation in
        waiting.append(Waiting(changes: changes, continuation: continuation))
      }
      if case .done(let error) = turn {
        if let error { throw error }
        return
      }
    }
    isCommitting = true
    defer { handOver() }
    try await commit(changes, with: takeWaiting())
  }

  /// Ends the store in order.
  func close() async { await store.close() }

  private func takeWaiting() -> [Waiting] {
    defer { waiting = [] }
    return waiting
  }

  private func commit(_ own: [StoreChange], with others: [Waiting]) async throws(StoreError) {
    do {
      try await store.commit(own + others.flatMap(\.changes))
      for other in others { other.continuation.resume(returning: .done(nil)) }
    } catch  where !others.isEmpty {
      // One change cannot be stored. It must not take its neighbours with it.
      for other in others {
        let failure = await failure(of: other.changes)
        other.continuation.resume(returning: .done(failure))
      }
      if let failure = await failure(of: own) { throw failure }
    }
  }

  private func failure(of changes: [StoreChange]) async -> StoreError? {
    do {
      try await store.commit(changes)
      return nil
    } catch {
      return error
    }
  }

  private func handOver() {
    guard let next = waiting.first else {
      isCommitting = false
      return
    }
    waiting.removeFirst()
    next.continuation.resume(returning: .lead)
  }
}
