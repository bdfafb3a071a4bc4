internal import Glibc
internal import Ports

/// Time as this machine has it. Instants go on while the machine sleeps, so that a night's sleep is not taken for a
/// minute's absence.
struct SystemTimekeeper: Timekeeper {
  private let clock = ContinuousClock()
  private let origin: ContinuousClock.Instant

  init() { origin = clock.now }

  var instant: Instant { .origin + origin.duration(to: clock.now) }

  var wallTime: WallTime {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return WallTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  func sleep(until deadline: Instant) async throws {
    try await clock.sleep(until: origin.advanced(by: deadline - .origin))
  }
}
