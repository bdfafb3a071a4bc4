internal import Ports

/// Wakes the consumer at the one instant it asked for last. There is at most one sleeper, and none while
/// nothing on screen ages.
struct Ticker: Sendable {
  private let time: any Timekeeper
  private let deadlines: AsyncStream<Instant?>
  private let sink: AsyncStream<Instant?>.Continuation

  init(time: any Timekeeper) {
    self.time = time
    (deadlines, sink) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Replaces the deadline; nil is never.
  func set(_ deadline: Instant?) {
    sink.yield(deadline)
  }

  /// Calls `tick` at each deadline, until the task is cancelled.
  func run(_ tick: @escaping @Sendable () -> Void) async {
    var iterator = deadlines.makeAsyncIterator()
    var next = await iterator.next()
    while let deadline = next {
      next = await withTaskGroup(of: Void.self) { [time] group in
        if let deadline {
          group.addTask {
            guard (try? await time.sleep(until: deadline)) != nil else { return }
            tick()
          }
        }
        defer { group.cancelAll() }
        return await iterator.next()
      }
    }
  }
}
