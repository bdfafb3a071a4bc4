internal import Ports

/// What happens next, in the order of its time; of equal times, in the order it was planned.
///
/// A heap of small entries; events themselves stay where they are put, because moving them costs more than comparing.
struct EventQueue<Event> {
  private struct Entry {
    let instant: Int64
    let number: UInt64
    let slot: Int

    func precedes(_ other: Entry) -> Bool {
      instant == other.instant ? number < other.number : instant < other.instant
    }
  }

  /// Four children to a node: half the levels of the usual heap.
  private var heap: [Entry] = []
  private var events: [Event?] = []
  private var free: [Int] = []
  private var planned: UInt64 = 0

  /// When the next event is, if there is one.
  var next: Instant? { heap.first.map { Instant(nanoseconds: $0.instant) } }

  mutating func plan(_ event: Event, at instant: Instant) {
    planned += 1
    let entry = Entry(instant: instant.nanoseconds, number: planned, slot: keep(event))
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
    free.append(first.slot)
    guard let event = events[first.slot].take() else { return nil }
    return (Instant(nanoseconds: first.instant), event)
  }

  private mutating func keep(_ event: Event) -> Int {
    guard let slot = free.popLast() else {
      events.append(event)
      return events.count - 1
    }
    events[slot] = event
    return slot
  }

  private mutating func sink(_ entry: Entry) {
    var index = 0
    while true {
      let (start, end) = (4 * index + 1, min(4 * index + 5, heap.count))
      guard start < end else { break }
      var least = start
      var child = start + 1
      while child < end {
        if heap[child].precedes(heap[least]) { least = child }
        child += 1
      }
      guard heap[least].precedes(entry) else { break }
      heap[index] = heap[least]
      index = least
    }
    heap[index] = entry
  }
}
