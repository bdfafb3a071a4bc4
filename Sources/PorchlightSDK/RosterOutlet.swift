internal import MatrixWire
internal import Synchronization

/// Where a source that does several things at once tells its steps: they are delivered in the order they were told, one at a
/// time, and what listens to a server goes on only when they were taken.
final class RosterOutlet: Sendable {
  private let steps: AsyncStream<RosterStep>
  private let sink: AsyncStream<RosterStep>.Continuation
  private let told = Mutex(0)
  private let delivered = Observed(0)

  init() { (steps, sink) = AsyncStream.makeStream() }

  /// Tells a step, and does not wait.
  ///
  /// - Returns: which one it is, counted from the first.
  @discardableResult
  func tell(_ step: RosterStep) -> Int {
    told.withLock { count in
      count += 1
      sink.yield(step)
      return count
    }
  }

  /// The same, for events that need no rooms; for none nothing is told.
  func tell(_ events: [StreamEvent]) {
    if !events.isEmpty { tell(.update(RosterUpdate(events, isComplete: false))) }
  }

  /// Tells a step and returns when it was taken, or the task was cancelled.
  func tellAndWait(_ step: RosterStep) async {
    let number = tell(step)
    _ = await delivered.waits { $0 >= number }
  }

  func finish() { sink.finish() }

  /// Delivers what is told until `finish`, or until the task is cancelled.
  func run(_ deliver: @Sendable (RosterStep) async -> Void) async {
    for await step in steps {
      await deliver(step)
      delivered.update { $0 += 1 }
    }
  }
}
