import PorchlightSDK
import Ports
import Testing

struct IdleMonitorTests {
  /// Made at second 0, idle after a minute.
  static func monitor() -> IdleMonitor { IdleMonitor(limit: .seconds(60), now: .origin) }

  static func idleMonitor() -> IdleMonitor {
    var monitor = monitor()
    _ = monitor.expire(now: Sample.at(60))
    return monitor
  }

  @Test func withoutALimitNobodyIsEverIdle() {
    var monitor = IdleMonitor(limit: nil, now: .origin)
    #expect(monitor.deadline == nil)
    #expect(monitor.expire(now: Sample.at(1_000_000)) == nil)
    #expect(monitor.activity(at: Sample.at(2_000_000)) == nil)
    #expect(monitor.expire(now: Instant(nanoseconds: .max)) == nil)
    #expect(monitor.idleSince == nil)
  }

  @Test(arguments: [0, 59])
  func nothingBeginsBeforeTheLimit(second: Int) {
    var monitor = Self.monitor()
    #expect(monitor.expire(now: Sample.at(second)) == nil)
    #expect(!monitor.isIdle)
  }

  @Test(arguments: [60, 3600])
  func idlenessBeginsAtTheLimitAndCountsFromTheLastAct(second: Int) {
    var monitor = Self.monitor()
    #expect(monitor.expire(now: Sample.at(second)) == .began(since: .origin))
    #expect(monitor.isIdle)
  }

  @Test func itBeginsOnce() {
    var monitor = Self.idleMonitor()
    #expect(monitor.expire(now: Sample.at(3600)) == nil)
  }

  @Test func anActPutsItOff() {
    var monitor = Self.monitor()
    #expect(monitor.activity(at: Sample.at(59)) == nil)
    #expect(monitor.deadline == Sample.at(119))
    #expect(monitor.expire(now: Sample.at(118)) == nil)
    #expect(monitor.expire(now: Sample.at(119)) == .began(since: Sample.at(59)))
  }

  @Test func theFirstActEndsIt() {
    var monitor = Self.idleMonitor()
    #expect(monitor.activity(at: Sample.at(500)) == .ended(since: .origin))
    #expect(!monitor.isIdle)
  }

  @Test func itEndsOnce() {
    var monitor = Self.idleMonitor()
    _ = monitor.activity(at: Sample.at(500))
    #expect(monitor.activity(at: Sample.at(501)) == nil)
  }

  @Test func nothingIsPlannedWhileItLasts() {
    #expect(Self.monitor().deadline == Sample.at(60))
    #expect(Self.idleMonitor().deadline == nil)
  }

  @Test func itBeginsAgainAfterItsEnd() {
    var monitor = Self.idleMonitor()
    _ = monitor.activity(at: Sample.at(500))
    #expect(monitor.deadline == Sample.at(560))
    #expect(monitor.expire(now: Sample.at(560)) == .began(since: Sample.at(500)))
  }

  @Test func anActNoticedLateMovesNothingBack() {
    var monitor = Self.monitor()
    _ = monitor.activity(at: Sample.at(30))
    _ = monitor.activity(at: Sample.at(20))
    #expect(monitor.deadline == Sample.at(90))
  }
}
