internal import HeapModule
public import Ports

/// At most one deadline per key; the earliest is known at once.
///
/// A heap cannot remove by key, so each entry carries the generation of its key at the time: an entry whose
/// generation has passed is skipped when it surfaces. Stale entries never outnumber the live ones by more
/// than two to one.
public struct DeadlineQueue<Key: Hashable & Sendable>: Sendable {
  private struct Entry: Comparable, Sendable {
    let deadline: Instant
    /// Order of arming, so that equal deadlines fire in the order they were set.
    let generation: UInt64
    let key: Key

    static func < (left: Entry, right: Entry) -> Bool {
      (left.deadline, left.generation) < (right.deadline, right.generation)
    }

    static func == (left: Entry, right: Entry) -> Bool { left.generation == right.generation }
  }

  private var heap = Heap<Entry>()
  private var current: [Key: UInt64] = [:]
  private var generation: UInt64 = 0

  public init() {}

  /// How many keys have a deadline.
  public var count: Int { current.count }

  /// The earliest deadline of all.
  public var next: Instant? {
    mutating get {
      dropStale()
      return heap.min?.deadline
    }
  }

  /// Sets, moves or (with nil) removes the deadline of a key.
  public mutating func set(_ deadline: Instant?, for key: Key) {
    guard let deadline else {
      current[key] = nil
      trim()
      return
    }
    generation += 1
    current[key] = generation
    heap.insert(Entry(deadline: deadline, generation: generation, key: key))
    trim()
  }

  /// Takes out one key whose deadline has come, earliest first.
  public mutating func popDue(at now: Instant) -> Key? {
    dropStale()
    guard let first = heap.min, first.deadline <= now else { return nil }
    heap.removeMin()
    current[first.key] = nil
    return first.key
  }

  private func isLive(_ entry: Entry) -> Bool { current[entry.key] == entry.generation }

  private mutating func dropStale() {
    while let first = heap.min, !isLive(first) { heap.removeMin() }
  }

  private mutating func trim() {
    guard heap.count > 64, heap.count > 3 * current.count else { return }
    heap = Heap(heap.unordered.filter(isLive))
  }
}
