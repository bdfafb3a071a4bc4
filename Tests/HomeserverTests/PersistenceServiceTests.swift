import MatrixWire
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Synchronization
import Testing

@testable import Homeserver

/// Group commit: who shares a commit with whom, and who hears of which failure.
struct PersistenceServiceTests {
  /// A store that takes its time, refuses what it is told to, and remembers every commit.
  private final class SlowStore: RelayingStore {
    let base = MemoryServerStore()

    private struct State: Sendable {
      var commits: [[String]] = []
      var refused: Set<String> = []
      var gates: [CheckedContinuation<Void, Never>] = []
      var isOpen = false
    }

    private let state = Mutex(State())

    var commits: [[String]] { state.withLock(\.commits) }

    func refuse(_ names: String...) { state.withLock { $0.refused = Set(names) } }

    /// Lets the commit that waits go on, and with `forEver` every later one.
    func release(forEver: Bool = false) {
      let gates = state.withLock { state in
        defer { state.gates = [] }
        state.isOpen = forEver
        return state.gates
      }
      for gate in gates { gate.resume() }
    }

    func commit(_ changes: [StoreChange]) async throws(StoreError) {
      await withCheckedContinuation { gate in
        let passes = state.withLock { state in
          if !state.isOpen { state.gates.append(gate) }
          return state.isOpen
        }
        if passes { gate.resume() }
      }
      let names = changes.map { change in
        if case .accounts(.account(let record)) = change { String(record.user.localpart) } else { "?" }
      }
      let isRefused = state.withLock { state in
        state.commits.append(names)
        return !state.refused.isDisjoint(with: names)
      }
      if isRefused { throw StoreError(.failed, "refused: \(names)") }
    }
  }

  private let simulation = Simulation()
  private let store = SlowStore()
  private let service: PersistenceService

  init() { service = PersistenceService(store) }

  /// Commits one account; the box says how it ended.
  private func commit(_ name: String) throws -> Box<StoreError?> {
    let user = try UserID("@\(name):harbor.example").orThrow(name)
    let ended = Box<StoreError?>()
    let service = service
    simulation.start {
      do throws(StoreError) {
        try await service.commit([.account(AccountRecord(user: user, createdAt: WallTime(milliseconds: 0)))])
        ended.set(nil)
      } catch {
        ended.set(error)
      }
    }
    return ended
  }

  private func release(forEver: Bool = false) {
    store.release(forEver: forEver)
    simulation.drain()
  }

  @Test func changesThatComeDuringACommitShareTheNextOne() throws {
    let ann = try commit("ann")
    let others = try ["bob", "cem", "dee"].map(commit)
    #expect(ann.value == nil)
    release()
    #expect(ann.value == .some(nil))
    #expect(others.allSatisfy { $0.value == nil })
    release()
    #expect(store.commits == [["ann"], ["bob", "cem", "dee"]])
    #expect(others.allSatisfy { $0.value == .some(nil) })
  }

  @Test func aBadChangeTakesNobodyWithIt() throws {
    store.refuse("cem")
    _ = try commit("ann")
    let others = try ["bob", "cem", "dee"].map(commit)
    release(forEver: true)
    #expect(others[0].value == .some(nil))
    #expect(others[1].value??.code == .failed)
    #expect(others[2].value == .some(nil))
    #expect(store.commits.filter { $0 == ["bob"] || $0 == ["dee"] }.count == 2)
  }

  @Test func whoeverLeadsHearsOfTheirOwnFailure() throws {
    store.refuse("bob")
    _ = try commit("ann")
    let others = try ["bob", "cem"].map(commit)
    release(forEver: true)
    #expect(others[0].value??.code == .failed)
    #expect(others[1].value == .some(nil))
  }

  @Test func theLeadPassesOnAfterAFailure() throws {
    store.refuse("ann")
    let ann = try commit("ann")
    let bob = try commit("bob")
    release(forEver: true)
    #expect(ann.value??.code == .failed)
    #expect(bob.value == .some(nil))
    #expect(try commit("cem").value == .some(nil))
  }

  @Test func nothingIsCommittedForNothing() throws {
    let service = service
    try simulation.run { try await service.commit([]) }
    #expect(store.commits.isEmpty)
  }

  @Test(arguments: 1...5) func nobodyWaitsForEver(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    store.refuse("ann3", "ann14")
    var ended: [Box<StoreError?>] = []
    for number in 0..<40 {
      ended.append(try commit("ann\(number)"))
      if Int.random(in: 0..<3, using: &random) == 0 { release() }
    }
    release(forEver: true)
    for (number, outcome) in ended.enumerated() {
      #expect(outcome.value.map { $0 != nil } == (number == 3 || number == 14), "ann\(number)")
    }
  }

  @Test func aWriterWhoGoesAwayIsStoredAllTheSame() throws {
    let ann = try commit("ann")
    let service = service
    let user = try UserID("@bob:harbor.example").orThrow("bob")
    let task = simulation.start {
      try? await service.commit([.account(AccountRecord(user: user, createdAt: WallTime(milliseconds: 0)))])
    }
    simulation.stop(task)
    release(forEver: true)
    #expect(ann.value == .some(nil))
    #expect(store.commits == [["ann"], ["bob"]])
  }

  @Test func manyAtOnceAreAllPresent() async throws {
    let memory = MemoryServerStore()
    let service = PersistenceService(memory)
    let users = try (0..<64).map { try UserID("@ann\($0):harbor.example").orThrow("user") }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for user in users {
        group.addTask {
          try await service.commit([
            .account(AccountRecord(user: user, createdAt: WallTime(milliseconds: 0)))
          ])
        }
      }
      try await group.waitForAll()
    }
    let stored = try await memory.load(for: try ServerName("harbor.example").orThrow("server"))
    #expect(Set(stored.accounts.map(\.user)) == Set(users))
  }
}
