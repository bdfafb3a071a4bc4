internal import Ports
internal import Testing

@testable internal import Homeserver

struct LinkedDictionaryTests {
  /// Against an array, which is the same and slow.
  @Test func itKeepsTheOrderOfAdding() {
    var random = SeededGenerator(seed: 7)
    var linked = LinkedDictionary<Int, Int>()
    var plain: [(key: Int, value: Int)] = []
    for step in 0..<5_000 {
      let key = Int.random(in: 0..<20, using: &random)
      if Bool.random(using: &random) {
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
}
