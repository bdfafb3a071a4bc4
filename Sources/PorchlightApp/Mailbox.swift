internal import Synchronization

/// Where everything that happens waits until the one consumer takes it: in order, all at once, nothing lost.
///
/// Unbounded by kind (a key is a key), bounded in fact: the stream polls only after its answer was posted,
/// and a tick waits at most once.
final class Mailbox: Sendable {
  private struct State {
    var events: [Message.Event] = []
    var hasTick = false
  }

  private let state = Mutex(State())
  private let wakeups: AsyncStream<Void>
  private let wake: AsyncStream<Void>.Continuation

  init() {
    (wakeups, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  func post(_ event: Message.Event) {
    state.withLock { state in
      if case .tick = event {
        guard !state.hasTick else { return }
        state.hasTick = true
      }
      state.events.append(event)
    }
    wake.yield()
  }

  /// Waits until something is there and takes all of it; nil once the task is cancelled.
  ///
  /// For one consumer only.
  func take() async -> [Message.Event]? {
    for await _ in wakeups {
      let events = state.withLock { state in
        defer { state = State() }
        return state.events
      }
      if !events.isEmpty { return events }
    }
    return nil
  }
}
