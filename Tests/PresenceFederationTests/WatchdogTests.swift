internal import MatrixWire
internal import PorchlightTestSupport
internal import Ports
internal import Testing

@testable internal import PresenceFederation

@Suite struct WatchdogTests {
  private let blue: ServerName
  private let timing = FederationTiming()

  init() throws { blue = try ServerName("blue").orThrow("a name") }

  private func at(_ seconds: Int) -> Moment {
    Moment(instant: .origin + .seconds(seconds), wall: WallTime(milliseconds: 0))
  }

  private func running(_ policy: PresencePolicy = .tight) -> (Watchdog, Agenda) {
    var (watchdog, agenda) = (Watchdog(shortInterval: timing.shortInterval), Agenda(policy: policy, seed: 1))
    watchdog.keep(blue, short: true, long: true, isModern: false, &agenda, at(0))
    return (watchdog, agenda)
  }

  @Test func timersRunOnlyWhileTheyAreWanted() {
    var (watchdog, agenda) = running()
    #expect(watchdog.isShortRunning && watchdog.longAt != nil && agenda.next != nil)
    watchdog.keep(blue, short: false, long: false, isModern: false, &agenda, at(1))
    #expect(!watchdog.isShortRunning && watchdog.longAt == nil && agenda.next == nil)
  }

  @Test func aMessagePutsTheShortTimerOff() {
    var (watchdog, agenda) = running()
    watchdog.lastHeard = at(50).instant
    let reminds = [60, 110].map { watchdog.shortFired(blue, &agenda, at($0)) }
    #expect(reminds == [false, true])
  }

  @Test func theEconomicalPolicyDoublesTheShortIntervalUpToItsBound() {
    var (watchdog, agenda) = running(.economical)
    for second in 1...5 { watchdog.exchanged(blue, long: true, isModern: false, &agenda, at(second)) }
    #expect(watchdog.shortInterval == timing.longestShortInterval)
    var (tight, other) = running()
    tight.exchanged(blue, long: true, isModern: false, &other, at(1))
    #expect(tight.shortInterval == timing.shortInterval)
  }

  @Test func aShorterPromiseBringsTheLongTimerForward() throws {
    var (watchdog, agenda) = running()
    watchdog.armLong(blue, isModern: false, &agenda, at(0))
    watchdog.receive(promise: .seconds(100), of: blue, isModern: false, &agenda, at(0))
    let longAt = try watchdog.longAt.orThrow("a running timer")
    #expect(longAt <= at(90).instant)
  }

  @Test func aPromiseIsHeldToItsRangeAndEnds() {
    var (watchdog, agenda) = running()
    watchdog.receive(promise: .seconds(1), of: blue, isModern: false, &agenda, at(0))
    #expect(watchdog.promise == timing.promises.lowerBound)
    #expect(!watchdog.isPromiseOver(at: at(10_000).instant))
    watchdog.refreshedAt = at(0).instant
    #expect(!watchdog.isPromiseOver(at: at(59).instant))
    #expect(watchdog.isPromiseOver(at: at(60).instant))
  }
}
