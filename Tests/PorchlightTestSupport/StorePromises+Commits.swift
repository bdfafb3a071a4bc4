internal import Homeserver
internal import MatrixWire
internal import Ports
internal import PresenceCore

extension StorePromise {
  static let commits = [
    StorePromise("every start counts") { place in
      for start in 1...3 {
        let starts = try await place.load().starts
        try expect(starts == start, "start \(start) counts \(starts)")
      }
    },
    StorePromise("a server of another name finds nothing, and leaves no trace") { place in
      let rows = try everyRow()
      _ = try await place.load()
      try await place.commit(rows)
      try await expectFailure("a foreign server", of: .foreign) {
        _ = try await place.open().load(for: Sample.server("elsewhere.example"))
      }
      let stored = try await place.load()
      try expect(stored.starts == 2, "the foreign start was counted")
      try expect(stored.asChanges.count == rows.count, "rows were lost")
    },
    StorePromise("changes of one commit happen in order") { place in
      let (ann, bob, desk) = (try Sample.user("ann"), try Sample.user("bob"), try Sample.device("DESK"))
      let relationship = RelationshipRecord(owner: ann, observed: bob, relationship: .init(isAllowed: true))
      try await place.commit(
        [
          try Sample.account("ann", name: "One"), try Sample.device("DESK", of: "ann"),
          try Sample.token([1], of: "ann", on: "DESK"), .removeDevice(ann, desk),
          try Sample.device("DESK", of: "ann"), try Sample.token([2], of: "ann", on: "DESK"),
          .relationship(RelationshipRecord(owner: ann, observed: bob, relationship: .init())),
          .relationship(relationship),
          try Sample.account("ann", name: "Two"),
        ],
        leaving: [
          try Sample.account("ann", name: "Two"), try Sample.device("DESK", of: "ann"),
          try Sample.token([2], of: "ann", on: "DESK"), .relationship(relationship),
        ])
    },
    StorePromise("a token needs its device, and a commit that fails leaves nothing") { place in
      let store = try place.open()
      let kept = try Sample.account("kept")
      try await store.commit([kept, try Sample.device("DESK", of: "ann")])
      try await expectFailure("a token without a device") {
        try await store.commit([
          try Sample.account("lost"), .removeDevice(try Sample.user("ann"), try Sample.device("DESK")),
          try Sample.token([1], of: "ann", on: "DESK"), try Sample.account("lost too"),
        ])
      }
      let after = try Sample.token([2], of: "ann", on: "DESK")
      try await store.commit([after])
      try await place.leaves([kept, try Sample.device("DESK", of: "ann"), after])
    },
    StorePromise("nothing at all is stored at once") { place in try await place.commit([], leaving: []) },
    StorePromise("a commit whose task is cancelled is there") { place in
      let store = try place.open()
      let rows = try (0..<40).map { try Sample.account("ann\($0)") }
      await withTaskGroup(of: Void.self) { group in
        for row in rows { group.addTask { try? await store.commit([row]) } }
        group.cancelAll()
      }
      try await place.leaves(rows)
    },
    StorePromise("commits from everywhere at once are all there") { place in
      let store = try place.open()
      let rows = try (0..<64).map { index in
        [try Sample.account("ann\(index)"), try Sample.device("D\(index)", of: "ann\(index)")]
      }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for changes in rows { group.addTask { try await store.commit(changes) } }
        try await group.waitForAll()
      }
      try await place.leaves(rows.flatMap(\.self))
    },
  ]

  static let texts = [
    StorePromise("any text comes back byte by byte") { place in
      let texts = [
        "", "\0", "a\0b", "'; DROP TABLE account; --", "\"", "e\u{301}", "\u{e9}", "\u{FEFF}x", "👩‍👩‍👧",
        "\u{10FFFF}",
        "\n\t\u{1b}[31m", "NULL", "0", String(repeating: "long ", count: 210_000),
      ]
      let rows = try texts.enumerated().flatMap { index, text -> [StoreChange] in
        let (user, other) = (try Sample.user("ann\(index)"), try Sample.user("bob\(index)"))
        let entry = PresenceLists.Entry(
          state: .pending, groups: [text, "x", text], order: 1, invitedAt: Sample.time(1))
        return [
          .account(
            AccountRecord(
              user: user, passwordHash: text, createdAt: Sample.time(1),
              profile: Profile(displayName: text, avatarURL: text))),
          .presence(
            PresenceRecord(
              user: user, choice: .hidden, statusMessage: text, lastActive: Sample.time(1),
              frozen: .init(statusMessage: text, lastActive: Sample.time(1)))),
          .device(DeviceRecord(user: user, id: try Sample.device("D"), displayName: text)),
          .relationship(RelationshipRecord(owner: user, observed: other, relationship: .init(entry: entry))),
          .accountData(AccountDataRecord(user: user, type: text, content: Array(text.utf8))),
        ]
      }
      try await place.commit(rows, leaving: rows)
    },
    StorePromise("names that only look alike stay apart") { place in
      let names = ["\u{e9}", "e\u{301}", "E\u{301}", "\u{212B}", "\u{C5}", "A\u{30A}", "a", "A", " a", "a "]
      let rows = try names.flatMap { name -> [StoreChange] in
        let (user, ann) = (try Sample.user(name), try Sample.user("ann"))
        return [
          try Sample.account(name, name: name),
          .presence(PresenceRecord(user: user, statusMessage: name, lastActive: Sample.time(1))),
          try Sample.device(name, of: "ann"), try Sample.token(Array(name.utf8), of: "ann", on: name),
          try Sample.activity(name, of: "ann"),
          .relationship(RelationshipRecord(owner: ann, observed: user, relationship: .init(isAllowed: true))),
          .relationship(RelationshipRecord(owner: user, observed: ann, relationship: .init(isAllowed: true))),
          .accountData(AccountDataRecord(user: ann, type: name, content: Array(name.utf8))),
        ]
      }
      try await place.commit(rows, leaving: rows)
      let ann = try Sample.user("ann")
      let removed = try Sample.device("e\u{301}")
      let left = rows.filter { row in
        switch row {
        case .accounts(.device(let record)): record.id != removed
        case .accounts(.token(let record)): record.device != removed
        case .presence(.deviceActivity(let record)): record.device != removed
        default: true
        }
      }
      try await place.commit([.removeDevice(ann, removed)], leaving: left)
    },
    StorePromise("device names of any bytes are names") { place in
      let rows = try ["\0", "a\0b", "a\0c", "a", String(repeating: "é", count: 127)].flatMap {
        [try Sample.device($0, of: "ann"), try Sample.token(Array($0.utf8), of: "ann", on: $0)]
      }
      try await place.commit(rows, leaving: rows)
    },
  ]
}
