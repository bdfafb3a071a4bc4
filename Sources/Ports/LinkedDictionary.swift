/// A dictionary that keeps the order in which its keys were added; adding, finding, removing and the first take constant
/// time.
///
/// Its elements are in slots that are used again, so that an element that comes and goes costs no allocation. All of it
/// may be inlined: it is used with each request.
public struct LinkedDictionary<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  @usableFromInline
  struct Node: Sendable {
    @usableFromInline let key: Key
    @usableFromInline let value: Value
    @usableFromInline var previous: Int?
    @usableFromInline var next: Int?

    @inlinable
    init(key: Key, value: Value, previous: Int?) {
      (self.key, self.value, self.previous) = (key, value, previous)
    }
  }

  @usableFromInline var slots: [Key: Int] = [:]
  @usableFromInline var nodes: [Node?] = []
  @usableFromInline var free: [Int] = []
  @usableFromInline var firstSlot: Int?
  @usableFromInline var lastSlot: Int?

  @inlinable
  public init() {}

  @inlinable public var count: Int { slots.count }
  @inlinable public var isEmpty: Bool { slots.isEmpty }

  /// The one that was added first.
  @inlinable public var first: (key: Key, value: Value)? {
    firstSlot.flatMap { nodes[$0] }.map { ($0.key, $0.value) }
  }

  @inlinable public subscript(key: Key) -> Value? { slots[key].flatMap { nodes[$0]?.value } }

  /// Adds at the end; a key that is there is moved there.
  @inlinable
  public mutating func append(_ key: Key, _ value: Value) {
    remove(key)
    let slot = free.popLast() ?? nodes.count
    let node = Node(key: key, value: value, previous: lastSlot)
    if slot == nodes.count { nodes.append(node) } else { nodes[slot] = node }
    slots[key] = slot
    if let lastSlot { nodes[lastSlot]?.next = slot } else { firstSlot = slot }
    lastSlot = slot
  }

  @inlinable
  @discardableResult
  public mutating func remove(_ key: Key) -> Value? {
    guard let slot = slots.removeValue(forKey: key), let node = nodes[slot] else { return nil }
    nodes[slot] = nil
    free.append(slot)
    if let previous = node.previous { nodes[previous]?.next = node.next } else { firstSlot = node.next }
    if let next = node.next { nodes[next]?.previous = node.previous } else { lastSlot = node.previous }
    // What a crowd left behind is not kept.
    if slots.isEmpty, nodes.count > 64 { self = LinkedDictionary() }
    return node.value
  }

  /// The first values, in their order, for as long as they match.
  public func prefix(_ most: Int, while matches: (Value) -> Bool) -> [Value] {
    var result: [Value] = []
    var slot = firstSlot
    while result.count < most, let node = slot.flatMap({ nodes[$0] }), matches(node.value) {
      result.append(node.value)
      slot = node.next
    }
    return result
  }
}
