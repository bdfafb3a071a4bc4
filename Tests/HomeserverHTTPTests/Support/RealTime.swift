internal import Glibc
public import Ports

/// Time as this machine has it.
public struct RealTime: Timekeeper {
  private let clock = ContinuousClock()
  private let origin: ContinuousClock.Instant

  public init() { origin = clock.now }

  public var instant: Instant { .origin + origin.duration(to: clock.now) }

  public var wallTime: WallTime {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return WallTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  public func sleep(until deadline: Instant) async throws {
    try await clock.sleep(until: origin.advanced(by: deadline - .origin))
  }
}

/// Waits until something is so.
///
/// - Returns: whether it came to be within the span.
public func eventually(within span: Duration = .seconds(60), _ isSo: () async -> Bool) async -> Bool {
  let clock = ContinuousClock()
  let deadline = clock.now + span
  while clock.now < deadline {
    if await isSo() { return true }
    try? await clock.sleep(for: .milliseconds(2))
  }
  return await isSo()
}
