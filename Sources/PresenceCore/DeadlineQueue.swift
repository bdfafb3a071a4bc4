public import Ports

/// At most one deadline per key; the earliest is known at once.
///
/// A heap of small entries with four children to a node. A key keeps its slot while it has a deadline, and a slot
/// knows where in the heap its entry stands: moving or removing a deadline moves one entry, and nothing stale is
/// ever left behind. All of it may be inlined, because it is what a server does most often, and every user of it has
/// keys of a type of its own.
public struct DeadlineQueue<Key: Hashable & Sendable>: Sendable {
  @usableFromInline
  struct Entry: Sendable {
    @usableFromInline let deadline: Int64
    /// Order of arming, so that equal deadlines fire in the order they were set.
    @usableFromInline let generation: UInt64
    @usableFromInline let slot: Int

    @inlinable
    init(deadline: Int64, generation: UInt64, slot: Int) {
      self.deadline = deadline
      self.generation = generation
      self.slot = slot
    }

    @inlinable
    func precedes(_ other: Entry) -> Bool {
      deadline == other.deadline ? generation < other.generation : deadline < other.deadline
    }
  }

  @usableFromInline var heap: [Entry] = []
  /// The slot of each key that has a deadline.
  @usableFromInline var slots: [Key: Int] = [:]
  /// By slot: whose it is, and where in the heap its entry stands.
  @usableFromInline var keys: [Key?] = []
  @usableFromInline var places: [Int] = []
  @usableFromInline var free: [Int] = []
  @usableFromInline var generation: UInt64 = 0

  @inlinable
  public init() {}

  /// How many keys have a deadline.
  @inlinable public var count: Int { heap.count }

  /// The earliest deadline of all.
  @inlinable public var next: Instant? {
    heap.isEmpty ? nil : Instant(nanoseconds: heap[0].deadline)
  }

  /// Sets, moves or (with nil) removes the deadline of a key.
  @inlinable
  public mutating func set(_ deadline: Instant?, for key: Key) {
    guard let deadline else {
      guard !heap.isEmpty, let slot = slots.removeValue(forKey: key) else { return }
      remove(slot)
      return
    }
    generation += 1
    let slot = slots[key] ?? newSlot(for: key)
    let entry = Entry(deadline: deadline.nanoseconds, generation: generation, slot: slot)
    let place = places[slot]
    if place > 0, entry.precedes(heap[(place - 1) / 4]) {
      rise(entry, from: place)
    } else {
      sink(entry, from: place)
    }
  }

  /// Takes out one key whose deadline has come, earliest first.
  @inlinable
  public mutating func popDue(at now: Instant) -> Key? {
    guard let first = heap.first, first.deadline <= now.nanoseconds, let key = keys[first.slot] else {
      return nil
    }
    slots[key] = nil
    remove(first.slot)
    return key
  }

  // MARK: Slots

  /// A slot, and a place at the end of the heap, which its entry takes next.
  @inlinable
  mutating func newSlot(for key: Key) -> Int {
    let slot = free.popLast() ?? keys.count
    if slot == keys.count {
      keys.append(key)
      places.append(heap.count)
    } else {
      keys[slot] = key
      places[slot] = heap.count
    }
    heap.append(Entry(deadline: .max, generation: .max, slot: slot))
    slots[key] = slot
    return slot
  }

  @inlinable
  mutating func remove(_ slot: Int) {
    keys[slot] = nil
    free.append(slot)
    if let last = heap.popLast(), last.slot != slot {
      let place = places[slot]
      if place > 0, last.precedes(heap[(place - 1) / 4]) {
        rise(last, from: place)
      } else {
        sink(last, from: place)
      }
    }
    if keys.count > 64, keys.count > 4 * heap.count { giveBack() }
  }

  /// What a crowd left behind is not kept.
  @inlinable
  mutating func giveBack() {
    let live = heap.map { (entry: $0, key: keys[$0.slot]) }
    (heap, slots, keys, places, free) = ([], [:], [], [], [])
    for (place, (entry, key)) in live.enumerated() {
      if let key { slots[key] = place }
      keys.append(key)
      places.append(place)
      heap.append(Entry(deadline: entry.deadline, generation: entry.generation, slot: place))
    }
  }

  // MARK: The heap

  @inlinable
  mutating func rise(_ entry: Entry, from start: Int) {
    var place = start
    while place > 0 {
      let parent = (place - 1) / 4
      guard entry.precedes(heap[parent]) else { break }
      heap[place] = heap[parent]
      places[heap[place].slot] = place
      place = parent
    }
    heap[place] = entry
    places[entry.slot] = place
  }

  @inlinable
  mutating func sink(_ entry: Entry, from start: Int) {
    var place = start
    while true {
      let (first, end) = (4 * place + 1, min(4 * place + 5, heap.count))
      guard first < end else { break }
      var least = first
      var child = first + 1
      while child < end {
        if heap[child].precedes(heap[least]) { least = child }
        child += 1
      }
      guard heap[least].precedes(entry) else { break }
      heap[place] = heap[least]
      places[heap[place].slot] = place
      place = least
    }
    heap[place] = entry
    places[entry.slot] = place
  }
}
