public import Ports
internal import Synchronization

/// A clock that only moves when a test moves it.
///
/// Sleepers wake by deadline, and those with the same deadline in the order they fell asleep.
public final class VirtualTime: Timekeeper {
  private struct Sleeper: Sendable {
    let deadline: Instant
    let continuation: CheckedContinuation<Void, any Error>
  }

  private struct State: Sendable {
    var instant: Instant
    var sleepers: [UInt64: Sleeper] = [:]
    var cancelled: Set<UInt64> = []
    var lastID: UInt64 = 0
  }

  /// Wall time at the clock's origin: 2026-11-21 12:00:00 UTC.
  public static let epoch: Int64 = 1_795_262_400_000

  private let state: Mutex<State>

  public init(at instant: Instant = .origin) { state = Mutex(State(instant: instant)) }

  public var instant: Instant { state.withLock(\.instant) }

  public var wallTime: WallTime {
    WallTime(milliseconds: Self.epoch + instant.nanoseconds / 1_000_000)
  }

  public func sleep(until deadline: Instant) async throws {
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    defer { state.withLock { _ = $0.cancelled.remove(id) } }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        let outcome: Result<Void, any Error>? = state.withLock { state in
          if state.cancelled.contains(id) { return .failure(CancellationError()) }
          if deadline <= state.instant { return .success(()) }
          state.sleepers[id] = Sleeper(deadline: deadline, continuation: continuation)
          return nil
        }
        if let outcome { continuation.resume(with: outcome) }
      }
    } onCancel: {
      let sleeper = state.withLock { state in
        let sleeper = state.sleepers.removeValue(forKey: id)
        if sleeper == nil { state.cancelled.insert(id) }
        return sleeper
      }
      sleeper?.continuation.resume(throwing: CancellationError())
    }
  }

  /// When the next sleeper wakes.
  public var nextDeadline: Instant? { state.withLock { $0.sleepers.values.map(\.deadline).min() } }

  /// Moves the clock and wakes everybody whose time has come.
  public func move(to instant: Instant) {
    let due = state.withLock { state in
      state.instant = max(state.instant, instant)
      let now = state.instant
      let due = state.sleepers.filter { $0.value.deadline <= now }
        .sorted { ($0.value.deadline, $0.key) < ($1.value.deadline, $1.key) }
      for (id, _) in due { state.sleepers[id] = nil }
      return due.map(\.value)
    }
    for sleeper in due { sleeper.continuation.resume() }
  }
}
