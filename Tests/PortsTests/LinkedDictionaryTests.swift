internal import Testing

@testable internal import Ports

struct LinkedDictionaryTests {
  /// Against an array, which is the same and slow.
  @Test(arguments: [20, 500]) func itKeepsTheOrderOfAdding(_ keys: Int) {
    var random = SeededGenerator(seed: 7)
    var linked = LinkedDictionary<Int, Int>()
    var plain: [(key: Int, value: Int)] = []
    for step in 0..<5_000 {
      let key = Int.random(in: 0..<keys, using: &random)
      // It grows and empties by turns.
      if Int.random(in: 0..<4, using: &random) < (step / 1_000 % 2 == 0 ? 3 : 1) {
        linked.append(key, step)
        plain.removeAll { $0.key == key }
        plain.append((key, step))
      } else {
        let place = plain.firstIndex { $0.key == key }
        #expect(linked.remove(key) == place.map { plain.remove(at: $0).value })
      }
      #expect(linked.count == plain.count)
      #expect(linked.isEmpty == plain.isEmpty)
      #expect(linked.first?.key == plain.first?.key)
      #expect(linked[key] == plain.first { $0.key == key }?.value)
      #expect(linked.prefix(3) { $0 % 2 == 0 } == Array(plain.map(\.value).prefix { $0 % 2 == 0 }.prefix(3)))
    }
  }

  /// Until the last has gone, its slots are only used again.
  @Test func whatACrowdTookUpIsGivenBackWhenItHasGone() {
    var linked = LinkedDictionary<Int, Int>()
    for key in 0..<100 { linked.append(key, key) }
    for key in 0..<99 { linked.remove(key) }
    #expect(linked.nodes.count == 100 && linked.first?.key == 99)
    linked.remove(99)
    #expect(linked.isEmpty && linked.nodes.isEmpty && linked.free.isEmpty)
    linked.append(1, 1)
    linked.append(2, 2)
    #expect(linked.first?.key == 1 && linked.prefix(2) { _ in true } == [1, 2])
  }

  @Test func aFewThatComeAndGoUseTheSameSlots() {
    var linked = LinkedDictionary<Int, Int>()
    for step in 0..<1_000 {
      linked.append(step, step)
      if step >= 10 { linked.remove(step - 10) }
    }
    #expect(linked.nodes.count == 11)
  }
}
