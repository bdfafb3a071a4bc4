import MatrixWire
import PorchlightSDK
import PorchlightTestSupport
internal import Ports
import Synchronization
import Testing

@testable import Homeserver

/// One change at a time for each person, first come, first served.
struct KeyedLockTests {
  /// Who is at it, and who was.
  private final class Record: Sendable {
    struct State: Sendable {
      var begun: [String] = []
      var ended: [String] = []
      var gates: [String: CheckedContinuation<Void, Never>] = [:]
    }

    let state = Mutex(State())

    var begun: [String] { state.withLock(\.begun) }
    var running: Set<String> { state.withLock { Set($0.begun).subtracting($0.ended) } }

    func work(_ name: String) async {
      await withCheckedContinuation { gate in
        state.withLock {
          $0.begun.append(name)
          $0.gates[name] = gate
        }
      }
      state.withLock { $0.ended.append(name) }
    }

    func finish(_ name: String) { state.withLock { $0.gates.removeValue(forKey: name) }?.resume() }
  }

  private let simulation = Simulation()
  private let lock = KeyedLock()
  private let record = Record()

  private func users(_ names: String) throws -> Set<UserID> {
    Set(try names.map { try UserID("@\($0):harbor.example").orThrow("user") })
  }

  /// A change of name `name` that concerns the people whose letters are in `names`.
  @discardableResult
  private func acquire(_ names: String, as name: String? = nil) throws -> Task<Void, Never> {
    let (users, lock, record) = (try users(names), lock, record)
    return simulation.start { await lock.withLock(users) { await record.work(name ?? names) } }
  }

  private func finish(_ name: String) {
    record.finish(name)
    simulation.drain()
  }

  @Test func differentPeopleGoSideBySide() throws {
    for name in ["a", "bc", "d"] { try acquire(name) }
    #expect(record.running == ["a", "bc", "d"])
  }

  @Test func onePersonsChangesGoInTheOrderTheyCame() throws {
    for name in ["1", "2", "3"] { try acquire("a", as: name) }
    #expect(record.begun == ["1"])
    finish("1")
    #expect(record.begun == ["1", "2"])
    finish("2")
    finish("3")
    #expect(record.begun == ["1", "2", "3"])
    #expect(record.running.isEmpty)
  }

  @Test func whoeverConcernsSeveralWaitsForAll() throws {
    for name in ["a", "b", "ab"] { try acquire(name) }
    #expect(record.running == ["a", "b"])
    finish("a")
    #expect(record.running == ["b"])
    finish("b")
    #expect(record.running == ["ab"])
  }

  @Test func nobodyOvertakesWhoWaitsForTheSamePeople() throws {
    for name in ["a", "ab", "b", "c"] { try acquire(name) }
    // b is free, but ab came first; c has nothing to do with it.
    #expect(record.running == ["a", "c"])
    finish("a")
    #expect(record.running == ["ab", "c"])
    finish("ab")
    #expect(record.running == ["b", "c"])
  }

  @Test func aChangeThatFailsLetsTheNextGo() throws {
    struct Failure: Error {}
    let (lock, users) = (lock, try users("a"))
    #expect(throws: Failure.self) {
      try simulation.run { try await lock.withLock(users) { throw Failure() } }
    }
    try acquire("a")
    #expect(record.running == ["a"])
  }

  @Test func whoeverIsCancelledWhileTheyWaitHoldsNobodyUp() throws {
    try acquire("a", as: "1")
    let second = try acquire("a", as: "2")
    try acquire("a", as: "3")
    simulation.stop(second)
    finish("1")
    finish("2")
    #expect(record.running == ["3"])
  }

  @Test(arguments: 1...20) func everybodyGetsATurnAndNoTwoShareAPerson(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var people: [String: Set<Character>] = [:]
    for number in 0..<60 {
      let names = "abcdef".filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
      people["\(number)"] = Set(names)
      try acquire(names, as: "\(number)")
      let running = record.running.sorted()
      let busy = running.compactMap { people[$0] }
      #expect(busy.reduce(0) { $0 + $1.count } == busy.reduce(into: Set()) { $0.formUnion($1) }.count)
      if let name = running.randomElement(using: &random), Bool.random(using: &random) { finish(name) }
    }
    while let name = record.running.sorted().first { finish(name) }
    #expect(record.begun.count == 60)
  }
}
