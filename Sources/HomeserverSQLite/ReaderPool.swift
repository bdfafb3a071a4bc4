internal import GRDB
internal import Homeserver
internal import Synchronization

/// Connections that read while the writer commits. They are opened when they are needed, and as many at most that readers
/// of a whole server do not wait for each other's disk.
final class ReaderPool: Sendable {
  private struct State {
    var idle: [DatabaseQueue] = []
    /// How many there are, those that are being opened included.
    var count = 0
    /// Reads that wait for a connection, oldest first.
    var waiting: [CheckedContinuation<Place, Never>] = []
    var isClosed = false
    /// Calls of `close` that wait for reads under way.
    var closing: [CheckedContinuation<Void, Never>] = []
  }

  private enum Place: Sendable {
    case reader(DatabaseQueue)
    /// A connection may be opened.
    case empty
    case closed
  }

  static let size = 4

  private let path: String
  private let state = Mutex(State())

  /// - Parameter path: a database that has a write-ahead log already.
  init(path: String) { self.path = path }

  /// Reads what was committed before.
  ///
  /// - Throws: `StoreError`, `closed` after `close`.
  func read<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(StoreError) -> Value {
    let reader = try await take()
    let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
      reader.asyncWriteWithoutTransaction { [path] db in
        continuation.resume(returning: Result { try body(db) }.mapError { StoreError($0, path) })
      }
    }
    give(reader)
    return try result.get()
  }

  /// Closes all connections, after the reads under way.
  func close() async {
    let (idle, waiting) = state.withLock { state in
      defer { (state.idle, state.waiting) = ([], []) }
      state.isClosed = true
      return (state.idle, state.waiting)
    }
    for reader in idle { drop(reader) }
    for continuation in waiting { continuation.resume(returning: .closed) }
    await withCheckedContinuation { continuation in
      let isDone = state.withLock { state in
        if state.count > 0 { state.closing.append(continuation) }
        return state.count == 0
      }
      if isDone { continuation.resume() }
    }
  }

  // MARK: Connections

  private func take() async throws(StoreError) -> DatabaseQueue {
    let place = await withCheckedContinuation { continuation in
      let place: Place? = state.withLock { state in
        if state.isClosed { return .closed }
        if let reader = state.idle.popLast() { return .reader(reader) }
        guard state.count < Self.size else {
          state.waiting.append(continuation)
          return nil
        }
        state.count += 1
        return .empty
      }
      if let place { continuation.resume(returning: place) }
    }
    switch place {
    case .reader(let reader): return reader
    case .closed: throw StoreError(.closed, "\(path) is closed.")
    case .empty:
      do {
        return try Schema.openReader(path)
      } catch {
        drop(nil)
        throw StoreError(error, path)
      }
    }
  }

  private func give(_ reader: DatabaseQueue) {
    let (next, isClosed) = state.withLock { state in
      if !state.isClosed, state.waiting.isEmpty { state.idle.append(reader) }
      return (state.waiting.isEmpty ? nil : state.waiting.removeFirst(), state.isClosed)
    }
    if isClosed { drop(reader) } else { next?.resume(returning: .reader(reader)) }
  }

  /// There is one less, or it could not be opened: a caller that waits opens one, and fails as well where that fails.
  private func drop(_ reader: DatabaseQueue?) {
    try? reader?.close()
    let (next, closing) = state.withLock { state in
      state.count -= 1
      var next: CheckedContinuation<Place, Never>?
      if !state.waiting.isEmpty {
        next = state.waiting.removeFirst()
        state.count += 1
      }
      defer { if state.count == 0 { state.closing = [] } }
      return (next, state.count == 0 ? state.closing : [])
    }
    next?.resume(returning: .empty)
    for continuation in closing { continuation.resume() }
  }
}
