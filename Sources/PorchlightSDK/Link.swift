internal import Ports

/// What is known of the connections to the server, shared by all copies of a session: whether another try is
/// worthwhile, and which connections are not to be waited for.
final class Link: Sendable {
  struct State: Hashable, Sendable {
    /// How often there was a reason to try at once.
    var tries: UInt64 = 0
    /// Requests sent before this instant may wait on connections that are dead.
    var staleBefore: Instant?
  }

  private let observed = Observed(State())

  var state: State { observed.value }

  /// The server may be reachable again: waiting retries are made now, and what was sent long before `instant` is sent
  /// anew.
  func retry(whatIsOlderThan instant: Instant) {
    observed.update { state in
      state.tries &+= 1
      state.staleBefore = state.staleBefore.map { max($0, instant) } ?? instant
    }
  }

  /// Returns when the state is as it should be; false where the task was cancelled before.
  func waits(until isReached: @Sendable (State) -> Bool) async -> Bool {
    await observed.waits(until: isReached)
  }
}
