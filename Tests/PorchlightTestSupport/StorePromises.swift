internal import Homeserver
internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import PresenceFederation
internal import RoomCore

extension StorePromise {
  /// A row of each kind, with everything in it and with nothing in it.
  static func everyRow() throws -> [StoreChange] {
    let (ann, bob) = (try Sample.user("ann"), try Sample.user("bob"))
    let (desk, phone) = (try Sample.device("DESK"), try Sample.device("PHONE"))
    let far = try UserID("@far:elsewhere.example").orThrow("far")
    let rows: [StoreChange] = [
      .account(
        AccountRecord(
          user: ann, passwordHash: "$scrypt$…", createdAt: Sample.time(1_795_262_400_123),
          profile: Profile(displayName: "Ann", avatarURL: "mxc://harbor.example/ann"))),
      .account(AccountRecord(user: bob, createdAt: Sample.time(0))),
      .presence(
        PresenceRecord(
          user: ann, choice: .hidden, statusMessage: "what I write", lastActive: Sample.time(42),
          frozen: .init(statusMessage: "what they see", lastActive: Sample.time(41)),
          lastHidden: Sample.time(39),
          shownProfile: Profile(displayName: "Ann as she was", avatarURL: "mxc://harbor.example/before"))),
      .presence(PresenceRecord(user: bob, choice: .freeForChat, lastActive: Sample.time(-7))),
      .device(DeviceRecord(user: ann, id: desk, displayName: "Ann's desk")),
      .device(DeviceRecord(user: ann, id: phone)),
      .device(DeviceRecord(user: bob, id: desk)),
      .deviceActivity(
        DeviceActivityRecord(
          user: ann, device: desk, type: .terminal, reports: true, idleSince: Sample.time(40),
          isConnected: true)),
      .deviceActivity(DeviceActivityRecord(user: bob, device: desk)),
      .token(
        TokenRecord(
          digest: TokenDigest(bytes: [0, 1, 255]), user: ann, device: desk, kind: .refresh,
          expiresAt: Sample.time(99), generation: 3)),
      .token(TokenRecord(digest: TokenDigest(bytes: [0, 1]), user: bob, device: desk)),
      .relationship(
        RelationshipRecord(
          owner: ann, observed: bob,
          relationship: .init(
            entry: .init(
              state: .accepted, groups: ["Friends", ""], order: 7, invitedAt: Sample.time(5),
              acceptedAt: Sample.time(6)), isAllowed: true))),
      .relationship(
        RelationshipRecord(owner: bob, observed: ann, relationship: .init(askedAt: Sample.time(8)))),
      .relationship(
        RelationshipRecord(
          owner: ann, observed: far,
          relationship: .init(entry: .init(state: .pending, order: 8, invitedAt: Sample.time(9))))),
      .relationship(
        RelationshipRecord(
          owner: far, observed: ann, relationship: .init(isAllowed: true, inviteID: 3, declined: 2))),
      .relationship(RelationshipRecord(owner: far, observed: bob, relationship: .init(declined: 4))),
      .profileField(ProfileFieldRecord(user: ann, name: "m.tz", value: Array(#""Europe/Berlin""#.utf8))),
      .profileField(ProfileFieldRecord(user: bob, name: "m.tz", value: Array("null".utf8))),
      .accountData(AccountDataRecord(user: ann, type: "m.push_rules", content: Array(#"{"a":1}"#.utf8))),
      .accountData(AccountDataRecord(user: bob, type: "", content: [])),
      .filter(FilterRecord(user: ann, id: 1, definition: Array("{}".utf8))),
      .filter(FilterRecord(user: ann, id: 2, definition: [])),
      .peer(
        PeerRecord(name: far.server, isSubscribed: true, order: .init(epoch: 1_795_262_400_123, number: 7))),
      .peer(PeerRecord(name: try Sample.server("other.example:8448"), isSubscribed: false)),
      .unsent(ListEDU(.accept, observer: far, observed: ann, inviteID: 3)),
      .unsent(ListEDU(.drop, observer: ann, observed: far)),
      .epoch(1_795_262_400_124),
    ]
    return try rows + Sample.roomRows().map(StoreChange.rooms)
  }

  static let rows = [
    StorePromise("an empty store has nothing and its first start") { place in
      let stored = try await place.load()
      try expect(stored.starts == 1, "the first start is \(stored.starts)")
      try expect(stored.asChanges.isEmpty, "something is in a new store")
    },
    StorePromise("every row comes back as it was") { place in
      let rows = try everyRow()
      try await place.commit(rows, leaving: rows)
    },
    StorePromise("every choice of presence comes back") { place in
      let rows = try [PresenceState.online, .freeForChat, .busy, .unavailable, .offline].map {
        StoreChange.presence(
          PresenceRecord(
            user: try Sample.user($0.wire), choice: $0, statusMessage: $0.wire, lastActive: Sample.time(1)))
      }
      try await place.commit(rows, leaving: rows)
    },
    StorePromise("what was delivered is forgotten, and what came after it is not") { place in
      let (ann, far) = (try Sample.user("ann"), try UserID("@far:elsewhere.example").orThrow("far"))
      let accept = ListEDU(.accept, observer: far, observed: ann, inviteID: 3)
      let deny = ListEDU(.deny, observer: far, observed: ann, inviteID: 3)
      try await place.commit([.unsent(accept), .unsent(deny), .delivered(accept)], leaving: [.unsent(deny)])
      try await place.commit([.delivered(deny)], leaving: [])
    },
    StorePromise("another server is forgotten") { place in
      let (one, two) = (try Sample.server("one.example"), try Sample.server("two.example"))
      let rows = [one, two].map { StoreChange.peer(PeerRecord(name: $0, isSubscribed: false)) }
      try await place.commit(rows + [.forgetPeer(one)], leaving: [rows[1]])
      try await place.commit([.forgetPeer(one), .forgetPeer(two)], leaving: [])
    },
    StorePromise("a field of a profile goes alone, and may come again") { place in
      let ann = try Sample.user("ann")
      let rows = try everyRow()
      let gone = StoreChange.profileField(ProfileFieldRecord(user: ann, name: "m.tz", value: nil))
      try await place.commit(rows)
      let left = rows.filter { !$0.isSameRow(as: gone) }
      try expect(left.count == rows.count - 1, "the sample has changed")
      try await place.commit([gone, gone], leaving: left)
      let back = StoreChange.profileField(ProfileFieldRecord(user: ann, name: "m.tz", value: [0x31]))
      try await place.commit([back], leaving: left + [back])
    },
    StorePromise("repeating changes changes nothing") { place in
      let rows = try everyRow()
      try await place.commit(rows)
      try await place.commit(rows + rows, leaving: rows)
    },
    StorePromise("a row is replaced whole") { place in
      try await place.commit(try everyRow())
      let user = try Sample.user("ann")
      let (desk, far) = (try Sample.device("DESK"), try UserID("@far:elsewhere.example").orThrow("far"))
      let changed: [StoreChange] = [
        .account(AccountRecord(user: user, createdAt: Sample.time(2))),
        .presence(PresenceRecord(user: user, lastActive: Sample.time(50))),
        .device(DeviceRecord(user: user, id: desk)),
        .deviceActivity(DeviceActivityRecord(user: user, device: desk)),
        .token(TokenRecord(digest: TokenDigest(bytes: [0, 1, 255]), user: user, device: desk)),
        .relationship(
          RelationshipRecord(owner: user, observed: far, relationship: .init(askedAt: Sample.time(1)))),
        .profileField(ProfileFieldRecord(user: user, name: "m.tz", value: Array("[]".utf8))),
        .accountData(AccountDataRecord(user: user, type: "m.push_rules", content: [123, 125])),
        .filter(FilterRecord(user: user, id: 1, definition: [1])),
      ]
      let unchanged = try everyRow().filter { row in !changed.contains { $0.isSameRow(as: row) } }
      try expect(unchanged.count == 31, "\(unchanged.count) rows are not in question")
      try await place.commit(changed, leaving: changed + unchanged)
    },
    StorePromise("what is written behind changes only what it names") { place in
      let ann = try Sample.user("ann")
      try await place.commit(try everyRow())
      try await place.commit([.lastActive(ann, Sample.time(77))])
      let found = try await place.load().presence.first { $0.user == ann }
      try expect(found?.lastActive == Sample.time(77), "the last activity is not stored")
      try expect(found?.statusMessage == "what I write", "the text is lost")
      try expect(found?.frozen?.lastActive == Sample.time(41), "the frozen activity moved")
    },
  ]

  static let removals = [
    StorePromise("a device goes with its tokens, its activity and its requests, and nobody else's") { place in
      let rows = try everyRow()
      let (ann, desk) = (try Sample.user("ann"), try Sample.device("DESK"))
      try await place.commit(rows)
      let left = rows.filter { row in
        switch row {
        case .accounts(.device(let record)): record.user != ann || record.id != desk
        case .presence(.deviceActivity(let record)): record.user != ann || record.device != desk
        case .accounts(.token(let record)): record.user != ann || record.device != desk
        case .rooms(.transaction(let record)): record.key.user != ann || record.key.device != desk
        default: true
        }
      }
      try expect(left.count == rows.count - 4, "the sample has changed")
      try await place.commit([.removeDevice(ann, desk)], leaving: left)
    },
    StorePromise("a token goes alone") { place in
      let rows = try everyRow()
      try await place.commit(rows)
      let left = rows.filter { row in
        if case .accounts(.token(let record)) = row { record.digest.bytes != [0, 1] } else { true }
      }
      try await place.commit([.removeToken(TokenDigest(bytes: [0, 1]))], leaving: left)
    },
    StorePromise("nothing between two people is no row") { place in
      let (ann, bob) = (try Sample.user("ann"), try Sample.user("bob"))
      let one = StoreChange.relationship(
        RelationshipRecord(owner: ann, observed: bob, relationship: .init(isAllowed: true)))
      let other = StoreChange.relationship(
        RelationshipRecord(owner: bob, observed: ann, relationship: .init(isAllowed: true)))
      try await place.commit([one, other])
      let nothing = StoreChange.relationship(
        RelationshipRecord(owner: ann, observed: bob, relationship: .init()))
      try await place.commit([nothing], leaving: [other])
      try await place.commit([nothing], leaving: [other])
    },
    StorePromise("removing what is not there, and writing behind for nobody, is harmless") { place in
      let (ann, desk) = (try Sample.user("ann"), try Sample.device("DESK"))
      let account = try Sample.account("ann")
      try await place.commit(
        [
          .removeDevice(ann, desk), .removeToken(TokenDigest(bytes: [9])), .lastActive(ann, Sample.time(1)),
          try Sample.activity("DESK", of: "ann"), account,
        ], leaving: [account])
    },
  ]
}

extension StoreChange {
  fileprivate func isSameRow(as other: StoreChange) -> Bool {
    switch (self, other) {
    case (.accounts(.account(let one)), .accounts(.account(let two))): one.user == two.user
    case (.presence(.presence(let one)), .presence(.presence(let two))): one.user == two.user
    case (.accounts(.device(let one)), .accounts(.device(let two))): one.user == two.user && one.id == two.id
    case (.presence(.deviceActivity(let one)), .presence(.deviceActivity(let two))):
      one.user == two.user && one.device == two.device
    case (.accounts(.token(let one)), .accounts(.token(let two))): one.digest == two.digest
    case (.presence(.relationship(let one)), .presence(.relationship(let two))):
      one.owner == two.owner && one.observed == two.observed
    case (.accounts(.profileField(let one)), .accounts(.profileField(let two))):
      one.user == two.user && one.name == two.name
    case (.accounts(.accountData(let one)), .accounts(.accountData(let two))):
      one.user == two.user && one.type == two.type
    case (.accounts(.filter(let one)), .accounts(.filter(let two))): one.user == two.user && one.id == two.id
    default: false
    }
  }
}
