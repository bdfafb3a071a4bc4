internal import Synchronization

/// A value that tasks wait for. It is set from anywhere, and each task that waits looks at the newest.
final class Observed<Value: Sendable>: Sendable {
  private struct Waiting: Sendable {
    var value: Value
    var bells: [UInt64: AsyncStream<Void>.Continuation] = [:]
    var lastID: UInt64 = 0
  }

  private let waiting: Mutex<Waiting>

  init(_ value: Value) { waiting = Mutex(Waiting(value: value)) }

  var value: Value { waiting.withLock(\.value) }

  func update(_ change: (inout Value) -> Void) {
    let bells = waiting.withLock { waiting in
      change(&waiting.value)
      return Array(waiting.bells.values)
    }
    for bell in bells { bell.yield() }
  }

  /// Returns when the value is as it should be; false where the task was cancelled before.
  func waits(until isReached: @Sendable (Value) -> Bool) async -> Bool {
    let (rings, bell) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let id = waiting.withLock { waiting in
      waiting.lastID &+= 1
      waiting.bells[waiting.lastID] = bell
      return waiting.lastID
    }
    defer { waiting.withLock { $0.bells[id] = nil } }
    bell.yield()
    for await _ in rings where isReached(value) { return true }
    return false
  }
}
