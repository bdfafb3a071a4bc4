/// A loop that acts when a deadline comes, for owners of rules with a `nextDeadline`.
///
/// Timers are hints: an early ring asks the rules, who find nothing to do; a deadline that moved later needs
/// no cancelling. All sleeping happens in children of `run`, so that it ends with its caller.
public struct Alarm: Sendable {
  private let time: any Timekeeper
  private let rings: AsyncStream<Void>
  private let bell: AsyncStream<Void>.Continuation

  public init(_ time: any Timekeeper) {
    self.time = time
    (rings, bell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Something changed: ask for the deadline again, soon.
  public func ring() { bell.yield() }

  /// Calls `expire` at every ring and at the deadline it returned last, until the task is cancelled.
  ///
  /// To be called once. `expire` does what is due and returns when it wants to be called next, if ever.
  public func run(_ expire: (Instant) async -> Instant?) async {
    await withDiscardingTaskGroup { group in
      // Deadlines with a sleeper, latest first: one is only added where it is earlier than all the others.
      var armed: [Instant] = []
      ring()
      for await _ in rings {
        let now = time.instant
        while let earliest = armed.last, earliest <= now { armed.removeLast() }
        guard let due = await expire(now) else { continue }
        // There is more to do: a timer of the system would wake three threads for it.
        guard due > now else {
          ring()
          continue
        }
        guard armed.last.map({ due < $0 }) ?? true else { continue }
        armed.append(due)
        group.addTask {
          try? await time.sleep(until: due)
          bell.yield()
        }
      }
    }
  }
}
