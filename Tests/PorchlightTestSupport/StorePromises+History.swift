internal import Homeserver
internal import MatrixWire
internal import RoomCore

/// What stores answer about timelines, beside a plain reading of all events.
extension StorePromise {
  static let history = [
    StorePromise("every page of a timeline is the one that was asked for") { place in
      let (store, events) = try await filled(place)
      for room in [try Sample.room("one"), try Sample.room("two"), try Sample.room("none")] {
        for range in ranges {
          let inRange = events.filter { $0.room == room && range.contains($0.position) }
          for limit in [-1, 0, 1, 3, 100] {
            let forward = try await store.timeline(TimelinePage(room, range, .forward, limit: limit))
            let oldest = inRange.prefix(max(limit, 0)).map { stored($0, events) }
            try expectSame(forward, oldest, "\(limit) forward in \(range)")
            let backward = try await store.timeline(TimelinePage(room, range, .backward, limit: limit))
            let newest = inRange.suffix(max(limit, 0)).reversed().map { stored($0, events) }
            try expectSame(backward, newest, "\(limit) backward in \(range)")
          }
        }
      }
    },
    StorePromise("the newest events of many rooms are those of each") { place in
      let (store, events) = try await filled(place)
      for (one, two) in zip(ranges, ranges.reversed()) {
        let rooms = [try Sample.room("one"): one, try Sample.room("two"): two, try Sample.room("none"): one]
        for limit in [-1, 0, 1, 3, 100] {
          let found = try await store.newestEvents(in: rooms, limit: limit)
          for (room, range) in rooms {
            let expected = events.filter { $0.room == room && range.contains($0.position) }
              .suffix(max(limit, 0)).map { stored($0, events) }
            try expectSame(found[room], expected.isEmpty ? nil : expected, "\(limit) newest in \(range)")
          }
        }
      }
      try expect(try await store.newestEvents(in: [:], limit: 1).isEmpty, "there are events of no room")
    },
    StorePromise("the newest messages of many rooms are those that count as unread") { place in
      let (store, events) = try await filled(place)
      for (one, two) in zip(ranges, ranges.reversed()) {
        let rooms = [try Sample.room("one"): one, try Sample.room("two"): two, try Sample.room("none"): one]
        for limit in [-1, 0, 1, 100] {
          let found = try await store.newestMessages(in: rooms, limit: limit)
          for (room, range) in rooms {
            let expected = events.filter { $0.room == room && range.contains($0.position) && $0.isMessage }
              .suffix(max(limit, 0))
            try expectSame(
              found[room], expected.isEmpty ? nil : Array(expected), "\(limit) messages in \(range)")
          }
        }
      }
    },
    StorePromise("the oldest events of many rooms are those of all together") { place in
      let (store, events) = try await filled(place)
      for (one, two) in zip(ranges, ranges.reversed()) {
        let rooms = [try Sample.room("one"): one, try Sample.room("two"): two, try Sample.room("none"): one]
        for limit in [-1, 0, 1, 3, 7, 100] {
          let expected = events.filter { event in rooms[event.room]?.contains(event.position) ?? false }
            .prefix(max(limit, 0)).map { stored($0, events) }
          let found = try await store.oldestEvents(in: rooms, limit: limit)
          try expectSame(found, expected, "\(limit) oldest in \(one) and \(two)")
        }
      }
      try expect(try await store.oldestEvents(in: [:], limit: 1).isEmpty, "there are events of no room")
    },
    StorePromise("the state of many rooms is as it was at each position") { place in
      let (store, events) = try await filled(place)
      for (one, two) in zip(ranges, ranges.reversed()) {
        let rooms = [try Sample.room("one"): one, try Sample.room("two"): two, try Sample.room("none"): one]
        let found = try await store.state(of: rooms)
        for (room, range) in rooms {
          let before = events.filter { $0.room == room && $0.position <= range.through && $0.stateKey != nil }
          let current = before.filter { event in
            !before.contains { $0.position > event.position && $0.key == event.key }
          }
          let expected = current.filter { $0.position > range.after }.map { stored($0, events) }
          try expectSame(found[room], expected.isEmpty ? nil : expected, "the state in \(range)")
        }
      }
    },
    StorePromise("events are found by their IDs, whatever room they are of") { place in
      let (store, events) = try await filled(place)
      let wanted = Set(events.filter { $0.position % 2 == 0 }.map(\.id) + [try Sample.eventID("none")])
      let found = try await store.events(wanted)
      try expect(found.count == wanted.count - 1, "\(found.count) events are found of \(wanted.count - 1)")
      for event in events where wanted.contains(event.id) {
        try expectSame(found[event.id], stored(event, events), "the event \(event.id)")
      }
      try expect(try await store.events([]).isEmpty, "there are events without an ID")
    },
    StorePromise("what decides about the visibility of events is found for each user") { place in
      let (store, events) = try await filled(place)
      let rooms = Set(try ["one", "two", "none"].map { try Sample.room($0) })
      for user in try ["ann", "bob", "cem"].map({ try Sample.user($0) }) {
        let member = StateKey(RoomEventType.member, user.rawValue)
        let found = try await store.visibility(of: rooms, for: user)
        for room in rooms {
          var last: Membership?
          let expected = events.filter { event in
            guard event.room == room else { return false }
            guard event.key == member else { return event.key == StateKey(RoomEventType.historyVisibility) }
            defer { last = event.membership }
            return event.membership != last
          }
          try expectSame(found[room], expected.isEmpty ? nil : expected, "what \(user) may see")
        }
      }
    },
    StorePromise("repeating events in any order changes no timeline") { place in
      let (store, events) = try await filled(place)
      for event in events.reversed() { try await store.commit([.rooms(Sample.added(event))]) }
      let page = TimelinePage(try Sample.room("one"), TimelineRange(), .forward, limit: 100)
      let expected = events.filter { $0.room == page.room }.map { stored($0, events) }
      try expectSame(try await store.timeline(page), expected, "the timeline")
    },
  ]

  // MARK: A plain reading

  private static func filled(_ place: any StorePlace) async throws -> (any ServerStore, [PDU]) {
    let events = try Sample.timelines()
    try await place.commit(events.map { .rooms(Sample.added($0)) })
    return (try place.open(), events)
  }

  /// All ranges between the first and the last event, and some beyond.
  private static var ranges: [TimelineRange] {
    let bounds = [0, 1, 5, 9, 10, 13, 16, 20, UInt64.max]
    return bounds.flatMap { after in bounds.map { TimelineRange(after: after, through: $0) } }
  }

  private static func stored(_ event: PDU, _ events: [PDU]) -> StoredEvent {
    StoredEvent(
      event,
      replaced: event.key.flatMap { key in
        events.last { $0.room == event.room && $0.key == key && $0.position < event.position }
      },
      redaction: event.redactedBy.flatMap { id in events.first { $0.id == id } })
  }
}

extension PDU {
  fileprivate var key: StateKey? { stateKey.map { StateKey(type, $0) } }
}
