internal import Testing

@testable internal import PorchlightTestSupport

struct GroupLockTests {
  private let lock = GroupLock()

  /// The groups that hold the lock, in the order in which they came, and whether two ever held it together.
  private actor Holders {
    private var present: [GroupLock.Group: Int] = [:]
    private(set) var order: [GroupLock.Group] = []
    private(set) var haveMet = false

    func enter(_ group: GroupLock.Group) {
      order.append(group)
      present[group, default: 0] += 1
      haveMet = haveMet || present.count > 1
    }

    func leave(_ group: GroupLock.Group) {
      present[group] = present[group].flatMap { $0 > 1 ? $0 - 1 : nil }
    }
  }

  @Test func oneGroupHoldsItTogether() async throws {
    let (inside, enter) = AsyncStream<Void>.makeStream()
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { [lock] in
        try await lock.withLock(as: .realTime) { _ = await inside.first { _ in true } }
      }
      tasks.addTask { [lock] in
        try await lock.withLock(as: .realTime) { enter.yield() }
      }
      try await tasks.waitForAll()
    }
  }

  @Test func neverTwoGroupsHoldItAtOnce() async throws {
    let holders = Holders()
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      for number in 0..<200 {
        let group: GroupLock.Group = number % 3 == 0 ? .allCores : .realTime
        tasks.addTask { [lock] in
          try await lock.withLock(as: group) {
            await holders.enter(group)
            for _ in 0..<5 { await Task.yield() }
            await holders.leave(group)
          }
        }
      }
      try await tasks.waitForAll()
    }
    #expect(await holders.order.count == 200)
    #expect(await !holders.haveMet)
  }

  @Test func aSuiteThatTakesEveryCoreIsNotOvertaken() async throws {
    let holders = Holders()
    let (held, hold) = AsyncStream<Void>.makeStream()
    let (released, release) = AsyncStream<Void>.makeStream()
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { [lock] in
        try await lock.withLock(as: .realTime) {
          hold.yield()
          _ = await released.first { _ in true }
        }
      }
      _ = await held.first { _ in true }
      for group in [GroupLock.Group.allCores, .realTime] {
        tasks.addTask { [lock] in try await lock.withLock(as: group) { await holders.enter(group) } }
        while !lock.isWaiting(group) { await Task.yield() }
      }
      release.yield()
      try await tasks.waitForAll()
    }
    #expect(await holders.order == [.allCores, .realTime])
  }
}
