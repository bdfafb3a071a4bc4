internal import Homeserver
internal import MatrixWire
internal import Ports
internal import RoomCore

extension StorePromise {
  static let rooms = [
    StorePromise("the current state is that of the highest positions, whatever was stored last") { place in
      let room = try Sample.room("one")
      let events = try (1...4).map {
        try Sample.event($0, in: room, RoomEventType.name, "", "{\"name\":\($0)}")
      }
      for event in [events[1], events[3], events[0], events[2]] {
        try await place.commit([.rooms(Sample.added(event))])
      }
      try await place.leaves([.rooms(Sample.added(events[3]))])
    },
    StorePromise("a start finds the last event of each room, state or not") { place in
      let events = try Sample.timelines()
      try await place.commit(events.map { .rooms(Sample.added($0)) })
      let ends = try await place.load().roomRows.ends
      let last = try ["one", "two"].map { name in
        let room = try Sample.room(name)
        return try events.last { $0.room == room }.orThrow("an event of \(name)")
      }
      try expect(Set(ends) == Set(last.map { RoomEnd($0) }), "the last events are \(ends)")
    },
    StorePromise("a start finds where members came in, whatever they said since") { place in
      let events = try Sample.timelines()
      for event in events.reversed() { try await place.commit([.rooms(Sample.added(event))]) }
      let joins = try await place.load().roomRows.joins
      try expect(joins == [try Sample.eventID("14"): 2], "they came in at \(joins)")
      // One who left and came again.
      let (room, ann) = (try Sample.room("one"), try Sample.user("ann").rawValue)
      let turns: [(UInt64, String)] = [(22, "leave"), (23, "join"), (24, "join")]
      let again = try turns.map { position, membership in
        try Sample.event(
          position, in: room, RoomEventType.member, ann, #"{"membership":"\#(membership)"}"#)
      }
      for event in again { try await place.commit([.rooms(Sample.added(event))]) }
      let later = try await place.load().roomRows.joins
      try expect(later == [again[2].id: 23], "they came in again at \(later)")
    },
    StorePromise("a redaction takes the content away for good") { place in
      let room = try Sample.room("one")
      let before = try Sample.event(1, in: room, RoomEventType.name, "", #"{"name":"secret"}"#)
      let redaction = try Sample.event(2, in: room, RoomEventType.redaction)
      let after = before.redacted(by: redaction.id)
      try await place.commit([.rooms(Sample.added(before))])
      try await place.commit(
        [.rooms(Sample.added(redaction)), .rooms(.redacted(after))], leaving: [.rooms(Sample.added(after))])
      let found = try await place.open().events([before.id])
      try expectSame(found[before.id], StoredEvent(after, redaction: redaction), "the redacted event")
    },
    StorePromise("a room is listed or not as was said last") { place in
      let room = try Sample.room("one")
      let (listed, unlisted) = (
        StoreChange.rooms(.room(RoomRecord(room: room, isListed: true))),
        StoreChange.rooms(.room(RoomRecord(room: room, isListed: false)))
      )
      try await place.commit([unlisted, listed], leaving: [listed])
      try await place.commit([unlisted], leaving: [unlisted])
    },
    StorePromise("an alias stands for one room, until it is removed") { place in
      let (alias, ann) = (try Sample.alias("here"), try Sample.user("ann"))
      let rows = try ["one", "two"].map {
        StoreChange.rooms(.alias(AliasRecord(alias: alias, room: try Sample.room($0), creator: ann)))
      }
      try await place.commit(rows, leaving: [rows[1]])
      try await place.commit([.rooms(.removeAlias(alias))], leaving: [])
      try await place.commit([.rooms(.removeAlias(alias)), rows[0]], leaving: [rows[0]])
    },
    StorePromise("what a request did is known after a start, and forgotten alone") { place in
      let rows = try ["1", "2", "e\u{301}", "\u{e9}", "a\0b"].enumerated().map { number, id in
        let key = TransactionKey(
          user: try Sample.user("ann"), device: try Sample.device("DESK"), endpoint: "send/x", id: id)
        return TransactionRecord(
          key: key, event: try Sample.eventID("\(number)"), number: UInt64(number) + 1)
      }
      let changes = rows.map { StoreChange.rooms(.transaction($0)) }
      let desk = try Sample.device("DESK", of: "ann")
      try await place.commit([desk] + changes, leaving: [desk] + changes)
      try await place.commit(
        [.rooms(.removeTransaction(rows[2].key))],
        leaving: [desk] + changes.enumerated().filter { $0.offset != 2 }.map(\.element))
    },
    StorePromise("what a request did goes with its device, and stays away where that is gone") { place in
      let ann = try Sample.user("ann")
      func sent(_ device: String) throws -> StoreChange {
        let key = TransactionKey(user: ann, device: try Sample.device(device), endpoint: "send/x", id: "1")
        return .rooms(
          .transaction(TransactionRecord(key: key, event: try Sample.eventID(device), number: 1)))
      }
      let (desk, phone) = (try Sample.device("DESK", of: "ann"), try Sample.device("PHONE", of: "ann"))
      let removal = StoreChange.removeDevice(ann, try Sample.device("DESK"))
      let left = [phone, try sent("PHONE")]
      try await place.commit([desk, try sent("DESK")] + left + [removal], leaving: left)
      // The request may be stored after its device was removed, which may have come again since.
      try await place.commit([try sent("DESK")], leaving: left)
      try await place.commit([desk], leaving: left + [desk])
    },
    StorePromise("there is one receipt of each room, user, kind and thread") { place in
      func receipt(
        _ room: String, _ user: String, _ kind: RoomReceipt.Kind, _ thread: String?, _ position: UInt64
      ) throws -> StoreChange {
        let receipt = RoomReceipt(
          user: try Sample.user(user), kind: kind, thread: thread, event: try Sample.eventID("\(position)"),
          eventPosition: position, timestamp: Sample.time(Int64(position)), position: position)
        return .rooms(.receipt(ReceiptRecord(room: try Sample.room(room), receipt: receipt)))
      }
      func all(_ position: UInt64) throws -> [StoreChange] {
        [
          try receipt("one", "ann", .read, nil, position), try receipt("one", "ann", .read, "", position),
          try receipt("one", "ann", .read, "main", position),
          try receipt("one", "ann", .read, "\0", position),
          try receipt("one", "ann", .privateRead, nil, position),
          try receipt("one", "bob", .read, nil, position),
          try receipt("two", "ann", .read, nil, position),
        ]
      }
      try await place.commit(try all(1), leaving: try all(1))
      try await place.commit(try all(2), leaving: try all(2))
    },
    StorePromise("of a user who forgets a room twice the last time counts") { place in
      let (room, bob) = (try Sample.room("one"), try Sample.user("bob"))
      let rows = try ["1", "2"].map {
        StoreChange.rooms(.forgotten(ForgottenRecord(room: room, user: bob, event: try Sample.eventID($0))))
      }
      try await place.commit(rows, leaving: [rows[1]])
    },
    StorePromise("a commit that fails leaves nothing of rooms") { place in
      let store = try place.open()
      let rows = try Sample.roomRows().map(StoreChange.rooms)
      try await expectFailure("a token without a device") {
        try await store.commit(rows + [try Sample.token([1], of: "ann", on: "DESK")])
      }
      try await place.leaves([])
      try expect(try await place.load().roomRows.ends.isEmpty, "an event was stored")
    },
    StorePromise("types and keys of any bytes come back, and look-alikes stay apart") { place in
      let room = try Sample.room("\u{e9}")
      let names = ["\0", "a\0", "a\0b", "a", "A", "\u{e9}", "e\u{301}", "\u{212B}", "'", "\"", "[", " a"]
      let events = try names.enumerated().flatMap { number, name in
        [
          try Sample.event(UInt64(2 * number + 1), in: room, name, ""),
          try Sample.event(UInt64(2 * number + 2), in: room, "t", name),
        ]
      }
      let data = try names.enumerated().map { number, name in
        StoreChange.rooms(
          .accountData(
            RoomDataRecord(
              user: try Sample.user("ann"), room: room, type: name, content: Array(name.utf8),
              position: UInt64(number))))
      }
      let changes = events.map { StoreChange.rooms(Sample.added($0)) }
      try await place.commit(changes + data, leaving: changes + data)
      let found = try await place.open().state(of: [room: TimelineRange()])
      try expectSame(found[room] ?? [], events.map { StoredEvent($0) }, "the state")
      let other = try await place.open().timeline(
        TimelinePage(try Sample.room("e\u{301}"), TimelineRange(), .forward, limit: 9))
      try expect(other.isEmpty, "a room whose name only looks alike has events")
    },
  ]
}

/// Compares by bytes: Swift holds canonically equivalent texts for equal.
func expectSame<Value>(_ found: Value, _ expected: Value, _ what: String) throws {
  let (one, two) = (ExactBytes.of(found), ExactBytes.of(expected))
  try expect(one == two, "\(what): \(one.shown) rather than \(two.shown)")
}
