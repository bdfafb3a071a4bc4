public import MatrixWire
public import Ports
internal import Synchronization

/// An exchange that holds requests back until it is opened, so that a screen can be up while its world is
/// still being made.
public final class DeferredExchange: Exchange {
  private struct State {
    var isOpen = false
    var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]
    /// Cancelled before they came to wait.
    var cancelled: Set<UInt64> = []
    var lastID: UInt64 = 0
  }

  private let base: any Exchange
  private let state = Mutex(State())

  public init(_ base: any Exchange) { self.base = base }

  /// Lets everything through from now on, in the order it came.
  public func open() {
    let waiting = state.withLock { state in
      state.isOpen = true
      defer { state.waiting = [:] }
      return state.waiting.sorted { $0.key < $1.key }
    }
    for (_, continuation) in waiting { continuation.resume() }
  }

  public func send(_ request: WireRequest) async throws -> WireResponse {
    await waitForOpening()
    try Task.checkCancellation()
    return try await base.send(request)
  }

  public func renewConnections() { base.renewConnections() }

  public var connectionsMade: Int { base.connectionsMade }

  private func waitForOpening() async {
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let waits = state.withLock { state in
          let waits = !state.isOpen && !state.cancelled.contains(id)
          if waits { state.waiting[id] = continuation }
          return waits
        }
        if !waits { continuation.resume() }
      }
    } onCancel: {
      let continuation = state.withLock { state in
        state.cancelled.insert(id)
        return state.waiting.removeValue(forKey: id)
      }
      continuation?.resume()
    }
    state.withLock { _ = $0.cancelled.remove(id) }
  }
}
