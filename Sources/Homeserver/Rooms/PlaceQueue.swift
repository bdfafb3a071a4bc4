/// Those who wait until everything with an earlier place in the stream has happened, each with its place.
struct PlaceQueue<Waiter: Sendable>: Sendable {
  /// In the order of their places.
  private var waiting: [(place: UInt64, waiter: Waiter)] = []

  mutating func wait(_ waiter: Waiter, at place: UInt64) {
    let index = waiting.lastIndex { $0.place <= place }.map { $0 + 1 } ?? 0
    waiting.insert((place, waiter), at: index)
  }

  /// Takes out the one with the earliest place, if that has come. It is the only one that can go on: the next one may when
  /// it is done.
  mutating func takeFirst(where hasCome: (UInt64) -> Bool) -> Waiter? {
    guard let first = waiting.first, hasCome(first.place) else { return nil }
    return waiting.removeFirst().waiter
  }
}
