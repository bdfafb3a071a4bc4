internal import Ports

/// What happens next, in the order of its time; of equal times, in the order it was planned.
struct EventQueue<Event> {
  private struct Entry {
    let instant: Instant
    let number: UInt64
    let event: Event

    func precedes(_ other: Entry) -> Bool {
      instant == other.instant ? number < other.number : instant < other.instant
    }
  }

  /// A heap with four children to a node: half the levels of the usual one, which is what a deep queue costs.
  private var heap: [Entry] = []
  private var planned: UInt64 = 0

  var isEmpty: Bool { heap.isEmpty }

  /// When the next event is, if there is one.
  var next: Instant? { heap.first?.instant }

  mutating func plan(_ event: Event, at instant: Instant) {
    planned += 1
    let entry = Entry(instant: instant, number: planned, event: event)
    heap.append(entry)
    var index = heap.count - 1
    while index > 0 {
      let parent = (index - 1) / 4
      guard entry.precedes(heap[parent]) else { break }
      heap[index] = heap[parent]
      index = parent
    }
    heap[index] = entry
  }

  mutating func pop() -> (instant: Instant, event: Event)? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    if !heap.isEmpty { sink(last) }
    return (first.instant, first.event)
  }

  private mutating func sink(_ entry: Entry) {
    var index = 0
    while true {
      let (start, end) = (4 * index + 1, min(4 * index + 5, heap.count))
      guard start < end else { break }
      var least = start
      for child in start + 1..<max(end, start + 1) where heap[child].precedes(heap[least]) { least = child }
      guard heap[least].precedes(entry) else { break }
      heap[index] = heap[least]
      index = least
    }
    heap[index] = entry
  }
}
