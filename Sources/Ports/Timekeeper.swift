/// The only way time enters: actors hold one, rules are told `now`.
public protocol Timekeeper: Sendable {
  /// Monotonic; all deadlines.
  var instant: Instant { get }

  /// Only for the wire and the store.
  var wallTime: WallTime { get }

  /// Returns at or after the deadline, at once where it has passed.
  ///
  /// - Throws: `CancellationError` promptly when the task is cancelled.
  func sleep(until deadline: Instant) async throws
}

extension Timekeeper {
  /// Both readings, taken together.
  public var now: Moment { Moment(instant: instant, wall: wallTime) }
}
