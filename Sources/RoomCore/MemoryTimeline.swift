internal import MatrixWire

/// The events of one room in memory, in the order of their positions.
struct MemoryTimeline: Hashable, Sendable {
  private(set) var events: [PDU] = []
  /// The positions of the state events of each key, ascending.
  private var positions: [StateKey: [UInt64]] = [:]

  /// Takes an event, new or changed.
  mutating func set(_ event: PDU) {
    let place = place(after: event.position)
    if place > 0, events[place - 1].position == event.position {
      events[place - 1] = event
      return
    }
    events.insert(event, at: place)
    guard let key = event.key else { return }
    let index = Self.place(after: event.position, in: positions[key] ?? [])
    positions[key, default: []].insert(event.position, at: index)
  }

  // MARK: Asking

  func event(at position: UInt64) -> PDU? {
    let place = place(after: position)
    return place > 0 && events[place - 1].position == position ? events[place - 1] : nil
  }

  func events(in range: TimelineRange) -> ArraySlice<PDU> {
    range.isEmpty ? [] : events[place(after: range.after)..<place(after: range.through)]
  }

  /// The state events of one type and key, oldest first.
  func history(of key: StateKey) -> [PDU] { (positions[key] ?? []).compactMap { event(at: $0) } }

  /// The member events of a user that made them something else than they were, oldest first.
  func turns(of user: String) -> [PDU] {
    var last: Membership?
    return history(of: StateKey(RoomEventType.member, user)).filter { event in
      defer { last = event.membership ?? .leave }
      return last != event.membership ?? .leave
    }
  }

  /// Where members came in whose current event came later, by that event.
  var joins: [(EventID, UInt64)] {
    state(at: .max).compactMap { event in
      guard event.membership == .join, let key = event.stateKey, let turn = turns(of: key).last,
        turn.position < event.position
      else { return nil }
      return (event.id, turn.position)
    }
  }

  /// The state right after a position, in no order.
  func state(at position: UInt64) -> [PDU] {
    positions.values.compactMap { positions in
      let place = Self.place(after: position, in: positions)
      return place > 0 ? event(at: positions[place - 1]) : nil
    }
  }

  /// The state event that another one took the place of.
  func replaced(by event: PDU) -> PDU? {
    guard let key = event.key, let positions = positions[key], event.position > 0 else { return nil }
    let place = Self.place(after: event.position - 1, in: positions)
    return place > 0 ? self.event(at: positions[place - 1]) : nil
  }

  // MARK: Halving

  private func place(after position: UInt64) -> Int {
    Self.count(events) { $0.position <= position }
  }

  private static func place(after position: UInt64, in positions: [UInt64]) -> Int {
    count(positions) { $0 <= position }
  }

  /// How many elements of an ordered list come before the first that does not hold.
  private static func count<Element>(_ elements: [Element], _ holds: (Element) -> Bool) -> Int {
    var (low, high) = (0, elements.count)
    while low < high {
      let middle = (low + high) / 2
      if holds(elements[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension PDU {
  /// What it is the state of; nil for what is no state.
  var key: StateKey? { stateKey.map { StateKey(type, $0) } }
}
