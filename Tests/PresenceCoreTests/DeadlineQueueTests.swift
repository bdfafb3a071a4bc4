import Ports
import PresenceCore
import Testing

struct DeadlineQueueTests {
  static func at(_ seconds: Int) -> Instant { .origin + .seconds(seconds) }

  @Test func theEarliestIsNext() {
    var queue = DeadlineQueue<String>()
    queue.set(Self.at(2), for: "b")
    queue.set(Self.at(1), for: "a")
    #expect(queue.next == Self.at(1))
  }

  @Test func nothingIsDueBeforeItsTime() {
    var queue = DeadlineQueue<String>()
    queue.set(Self.at(2), for: "b")
    #expect(queue.popDue(at: Self.at(1)) == nil)
    #expect(queue.popDue(at: Self.at(2)) == "b")
  }

  @Test func aKeyHasOneDeadline() {
    var queue = DeadlineQueue<String>()
    queue.set(Self.at(1), for: "a")
    queue.set(Self.at(5), for: "a")
    #expect(queue.count == 1)
    #expect(queue.popDue(at: Self.at(4)) == nil)
  }

  @Test func aDeadlineCanBeTakenBack() {
    var queue = DeadlineQueue<String>()
    queue.set(Self.at(1), for: "a")
    queue.set(nil, for: "a")
    #expect(queue.next == nil)
    #expect(queue.count == 0)
  }

  @Test func equalDeadlinesFireInTheOrderTheyWereSet() {
    var queue = DeadlineQueue<Int>()
    for key in 0..<100 { queue.set(Self.at(1), for: key) }
    #expect((0..<100).map { _ in queue.popDue(at: Self.at(1)) } == Array(0..<100))
  }

  @Test func afterACrowdHasGoneTheOthersKeepTheirDeadlines() {
    var queue = DeadlineQueue<Int>()
    for key in 0..<10_000 { queue.set(Self.at(10_000 - key), for: key) }
    for key in 0..<10_000 where key % 2500 != 0 { queue.set(nil, for: key) }
    #expect(queue.count == 4)
    queue.set(Self.at(1), for: 5000)
    #expect((0..<5).map { _ in queue.popDue(at: Self.at(20_000)) } == [5000, 7500, 2500, 0, nil])
  }

  /// Against the plainest possible model: a dictionary, searched whole each time.
  @Test(arguments: UInt64(1)...20)
  func itBehavesLikeADictionarySearchedWhole(seed: UInt64) {
    var random = Seeded(state: seed)
    var queue = DeadlineQueue<Int>()
    var model: [Int: (deadline: Instant, order: Int)] = [:]
    for order in 0..<2000 {
      let key = Int.random(in: 0..<40, using: &random)
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<6:
        let deadline = Self.at(Int.random(in: 0..<100, using: &random))
        queue.set(deadline, for: key)
        model[key] = (deadline, order)
      case 6..<8:
        queue.set(nil, for: key)
        model[key] = nil
      default:
        let now = Self.at(Int.random(in: 0..<100, using: &random))
        let due = model.filter { $0.value.deadline <= now }
          .min { ($0.value.deadline, $0.value.order) < ($1.value.deadline, $1.value.order) }
        if let due { model[due.key] = nil }
        #expect(queue.popDue(at: now) == due?.key)
      }
      #expect(queue.count == model.count)
      #expect(queue.next == model.values.map(\.deadline).min())
    }
  }
}
