internal import Ports
internal import Synchronization

/// What is known of the connections to the server, shared by all copies of a session: whether another try is
/// worthwhile, and which connections are not to be waited for.
final class Link: Sendable {
  struct State: Hashable, Sendable {
    /// How often there was a reason to try at once.
    var tries: UInt64 = 0
    /// Requests sent before this instant may wait on connections that are dead.
    var staleBefore: Instant?
  }

  private struct Waiting: Sendable {
    var state = State()
    var bells: [UInt64: AsyncStream<Void>.Continuation] = [:]
    var lastID: UInt64 = 0
  }

  private let waiting = Mutex(Waiting())

  var state: State { waiting.withLock(\.state) }

  /// The server may be reachable again: waiting retries are made now, and what was sent long before `instant` is sent
  /// anew.
  func retry(whatIsOlderThan instant: Instant) {
    let bells = waiting.withLock { waiting in
      waiting.state.tries &+= 1
      waiting.state.staleBefore = waiting.state.staleBefore.map { max($0, instant) } ?? instant
      return Array(waiting.bells.values)
    }
    for bell in bells { bell.yield() }
  }

  /// Returns when the state is as it should be; false where the task was cancelled before.
  func waits(until isReached: @Sendable (State) -> Bool) async -> Bool {
    let (rings, bell) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let id = waiting.withLock { waiting in
      waiting.lastID &+= 1
      waiting.bells[waiting.lastID] = bell
      return waiting.lastID
    }
    defer { waiting.withLock { $0.bells[id] = nil } }
    bell.yield()
    for await _ in rings where isReached(state) { return true }
    return false
  }
}
