import MatrixWire
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Synchronization
import Testing

@testable import Homeserver

/// The loop that sleeps until a deadline, by how many sleepers it leaves.
struct AlarmTests {
  /// A clock that knows how many sleep on it.
  private final class CountingTime: Timekeeper {
    private let base: VirtualTime
    private let count = Mutex(0)

    init(_ base: VirtualTime) { self.base = base }

    var instant: Instant { base.instant }
    var wallTime: WallTime { base.wallTime }
    var sleeping: Int { count.withLock { $0 } }

    func sleep(until deadline: Instant) async throws {
      count.withLock { $0 += 1 }
      defer { count.withLock { $0 -= 1 } }
      try await base.sleep(until: deadline)
    }
  }

  /// Deadlines handed to an alarm, and when it rang for them.
  private final class Deadlines: Sendable {
    private struct State {
      var next: Instant?
      var calls: [Instant] = []
    }

    private let state = Mutex(State())

    var calls: [Instant] { state.withLock(\.calls) }

    func set(_ next: Instant?) { state.withLock { $0.next = next } }

    func expire(_ now: Instant) -> Instant? {
      state.withLock { state in
        state.calls.append(now)
        if let next = state.next, next <= now { state.next = nil }
        return state.next
      }
    }
  }

  private let simulation = Simulation()
  private let time: CountingTime
  private let alarm: Alarm
  private let deadlines = Deadlines()

  init() {
    let time = CountingTime(simulation.time)
    self.time = time
    alarm = Alarm(time)
    simulation.start { [alarm, deadlines] in await alarm.run(deadlines.expire) }
  }

  /// Wants to be called then.
  private func want(_ span: Duration) {
    deadlines.set(simulation.time.instant + span)
    alarm.ring()
    simulation.drain()
  }

  @Test func itRingsAtTheDeadline() {
    want(.seconds(10))
    simulation.advance(by: .seconds(60))
    #expect(deadlines.calls.last == .origin + .seconds(10))
  }

  @Test func itRingsAtAnEarlierDeadlineThatCameLater() {
    want(.seconds(60))
    want(.seconds(10))
    simulation.advance(by: .seconds(30))
    #expect(deadlines.calls.last == .origin + .seconds(10))
  }

  @Test func aDeadlineThatMovesLaterStillRings() {
    want(.seconds(10))
    want(.seconds(60))
    simulation.advance(by: .seconds(90))
    #expect(deadlines.calls.last == .origin + .seconds(60))
  }

  @Test func aDeadlineThatMovesLaterAndLaterCostsOneSleeper() {
    for _ in 0..<1000 {
      want(.seconds(60))
      simulation.advance(by: .milliseconds(100))
    }
    #expect(time.sleeping <= 2)
  }

  @Test func aDeadlineThatJumpsToAndFroCostsTwoSleepers() {
    want(.seconds(86_400))
    for number in 0..<500 {
      want(number % 2 == 0 ? .seconds(60) : .seconds(86_400))
      simulation.advance(by: .seconds(90))
    }
    #expect(time.sleeping <= 2)
  }

  @Test func theSleepersOfAServerDoNotPileUpWhilePeopleLive() throws {
    let name = try #require(ServerName("porch.example"))
    let server = Homeserver(
      .init(name: name), secrets: TestSecrets(), time: time, random: SeededGenerator(seed: 1))
    let idle = time.sleeping
    simulation.start { await server.run() }
    let client = Client(exchange: InProcessExchange(server), time: simulation.time)
    let ann = try simulation.run { try await client.register(username: "ann") }
    let nobody = try #require(UserID(localpart: "nobody", server: name))
    try simulation.run { try await ann.invite(nobody) }
    simulation.start {
      do { for try await _ in ann.events(wait: .seconds(300), seed: 1) {} } catch {}
    }
    for number in 0..<500 {
      try simulation.run {
        try await ann.setStatus(number % 2 == 0 ? .freeForChat : .unavailable, text: "\(number)")
      }
      simulation.advance(by: .seconds(number % 3 == 0 ? 90 : 1))
    }
    #expect(time.sleeping - idle < 10)
  }
}
