import Ports
import Synchronization

/// A clock that moves only when a test moves it.
final class ManualTime: Timekeeper {
  private struct State {
    var now = Moment(instant: Instant(nanoseconds: 900_000_000_000_000), wall: .today(14, 22))
    var sleepers: [Int: (deadline: Instant, wake: CheckedContinuation<Void, any Error>)] = [:]
    var cancelled: Set<Int> = []
    var next = 0
  }

  private let state = Mutex(State())

  var instant: Instant { state.withLock { $0.now.instant } }
  var wallTime: WallTime { state.withLock { $0.now.wall } }

  /// When those who sleep want to be woken.
  var deadlines: Set<Instant> { state.withLock { Set($0.sleepers.values.map(\.deadline)) } }

  func advance(by span: Duration) {
    let due = state.withLock { state in
      state.now.instant = state.now.instant + span
      state.now.wall = WallTime(
        milliseconds: state.now.wall.milliseconds + span.components.seconds * 1_000)
      let due = state.sleepers.filter { $0.value.deadline <= state.now.instant }
      for id in due.keys { state.sleepers[id] = nil }
      return due.values.map(\.wake)
    }
    for wake in due { wake.resume() }
  }

  func sleep(until deadline: Instant) async throws {
    let id = state.withLock { state in
      state.next += 1
      return state.next
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let result: Result<Void, any Error>? = state.withLock { state in
          if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
          if deadline <= state.now.instant { return .success(()) }
          state.sleepers[id] = (deadline, continuation)
          return nil
        }
        if let result { continuation.resume(with: result) }
      }
    } onCancel: {
      let wake = state.withLock { state in
        guard let sleeper = state.sleepers.removeValue(forKey: id) else {
          state.cancelled.insert(id)
          return nil as CheckedContinuation<Void, any Error>?
        }
        return sleeper.wake
      }
      wake?.resume(throwing: CancellationError())
    }
  }
}
