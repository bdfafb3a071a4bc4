/// A dictionary that keeps the order in which its keys were added; adding, finding, removing and the first take constant
/// time.
package struct LinkedDictionary<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Node: Sendable {
    var value: Value
    var previous: Key?
    var next: Key?
  }

  private var nodes: [Key: Node] = [:]
  private var firstKey: Key?
  private var lastKey: Key?

  package init() {}

  package var count: Int { nodes.count }
  package var isEmpty: Bool { nodes.isEmpty }

  /// The one that was added first.
  package var first: (key: Key, value: Value)? {
    guard let key = firstKey, let node = nodes[key] else { return nil }
    return (key, node.value)
  }

  package subscript(key: Key) -> Value? { nodes[key]?.value }

  /// Adds at the end; a key that is there is moved there.
  package mutating func append(_ key: Key, _ value: Value) {
    remove(key)
    nodes[key] = Node(value: value, previous: lastKey, next: nil)
    if let lastKey { nodes[lastKey]?.next = key } else { firstKey = key }
    lastKey = key
  }

  @discardableResult
  package mutating func remove(_ key: Key) -> Value? {
    guard let node = nodes.removeValue(forKey: key) else { return nil }
    if let previous = node.previous { nodes[previous]?.next = node.next } else { firstKey = node.next }
    if let next = node.next { nodes[next]?.previous = node.previous } else { lastKey = node.previous }
    return node.value
  }

  /// The first values, in their order, for as long as they match.
  package func prefix(_ most: Int, while matches: (Value) -> Bool) -> [Value] {
    var result: [Value] = []
    var key = firstKey
    while result.count < most, let each = key, let node = nodes[each], matches(node.value) {
      result.append(node.value)
      key = node.next
    }
    return result
  }
}
