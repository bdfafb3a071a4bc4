import MatrixWire
import RoomCore
import TestNames
import Testing

/// `POST /createRoom`.
struct CreationTests {
  private var hall = Hall()

  private func types(_ hall: Hall) -> [String] {
    hall.events.map { $0.type.replacing("m.room.", with: "") }
  }

  @Test mutating func aRoomBeginsInTheOrderThatClientsExpect() throws {
    _ = try hall.room {
      $0.aliasLocalpart = "hall"
      $0.name = "Hall"
      $0.topic = "Evenings"
      $0.initialState = [.init(StateKey("m.room.avatar"), ["url": "mxc://a/b"])]
      $0.invites = [.init(bob), .init(cem)]
    }
    #expect(
      types(hall) == [
        "create", "member", "power_levels", "canonical_alias", "join_rules", "history_visibility",
        "guest_access",
        "avatar", "name", "topic", "member", "member",
      ])
    #expect(hall.events.map(\.depth) == Array(1...12))
    #expect(hall.events.map(\.position) == Array(1...12))
    #expect(hall.links.map(\.previous) == [[]] + hall.events.dropLast().map { [$0.id] })
    #expect(Set(hall.events.map(\.id)).count == 12)
  }

  @Test(arguments: [
    (RoomCreation.Preset?.none, false, "invite", "can_join", 0, 0),
    (.privateChat, true, "invite", "can_join", 0, 0),
    (.trustedPrivateChat, false, "invite", "can_join", 0, 100),
    (.publicChat, false, "public", "forbidden", 50, 0),
    (nil, true, "public", "forbidden", 50, 0),
  ])
  mutating func aPresetSaysWhoMayDoWhat(
    preset: RoomCreation.Preset?, isListed: Bool, joinRule: String, guests: String, invite: Int64,
    invited: Int64
  ) throws {
    let id = try hall.room(preset) {
      $0.isListed = isListed
      $0.invites = [.init(bob)]
    }
    #expect(hall.content("m.room.join_rules", in: id) == #"{"join_rule":"\#(joinRule)"}"#)
    #expect(hall.content("m.room.history_visibility", in: id) == #"{"history_visibility":"shared"}"#)
    #expect(hall.content("m.room.guest_access", in: id) == #"{"guest_access":"\#(guests)"}"#)
    let room = try hall.room(id)
    #expect(room.powerLevels.level(of: ann) == 100)
    #expect(room.powerLevels.level(of: bob) == invited)
    #expect(object(try #require(hall.content("m.room.power_levels", in: id)))["invite"] == .integer(invite))
    #expect(room.isListed == isListed)
    #expect(room.member(ann)?.membership == .join)
    #expect(room.member(bob)?.membership == .invite)
  }

  @Test mutating func initialStateTakesThePlaceOfThePreset() throws {
    let id = try hall.room(.privateChat) {
      $0.initialState = [
        .init(StateKey("m.room.join_rules"), ["join_rule": "public"]),
        .init(StateKey("m.room.power_levels"), ["users": [ann.rawValue: 90], "ban": 7]),
      ]
    }
    #expect(types(hall).filter { $0 == "join_rules" }.count == 1)
    #expect(types(hall)[2] == "power_levels")
    #expect(hall.content("m.room.power_levels", in: id) == #"{"ban":7,"users":{"@ann:porch.example":90}}"#)
    #expect(hall.content("m.room.join_rules", in: id) == #"{"join_rule":"public"}"#)
  }

  @Test mutating func powerLevelsAndTheFirstEventTakeKeysOfTheClient() throws {
    let id = try hall.room {
      $0.powerLevels = ["ban": 70, "events": ["x": 3]]
      $0.creationContent = ["type": "m.space", "room_version": "1", "creator": "@bob:porch.example"]
    }
    let levels = object(try #require(hall.content("m.room.power_levels", in: id)))
    #expect(levels["ban"] == 70)
    #expect(levels["events"] == ["x": 3])
    #expect(levels["kick"] == 50)
    #expect(hall.content("m.room.create", in: id) == #"{"room_version":"11","type":"m.space"}"#)
  }

  @Test mutating func aDirectRoomSaysSoToWhoIsInvited() throws {
    _ = try hall.room {
      $0.isDirect = true
      $0.invites = [.init(bob, profile: Profile(displayName: "Bob"))]
    }
    #expect(
      json(try #require(hall.events.last).content)
        == #"{"avatar_url":null,"displayname":"Bob","is_direct":true,"membership":"invite"}"#)
  }

  @Test mutating func theAliasOfARoomLeadsToIt() throws {
    let id = try hall.room { $0.aliasLocalpart = "hall" }
    #expect(hall.rules.room(of: alias("hall")) == id)
    #expect(hall.rules.aliases(of: id) == [alias("hall")])
    #expect(hall.content("m.room.canonical_alias", in: id) == ##"{"alias":"#hall:porch.example"}"##)
  }

  @Test(arguments: [
    (##"{"alias":"#own:porch.example"}"##, ErrorCode?.none),
    (##"{"alt_aliases":["#own:porch.example"]}"##, nil), ("{}", nil),
    (##"{"alias":"#taken:porch.example"}"##, .badAlias), (##"{"alias":"#none:porch.example"}"##, .badAlias),
    (##"{"alt_aliases":["#own:porch.example","#taken:porch.example"]}"##, .badAlias),
    (#"{"alias":"own"}"#, .invalidParameter),
  ])
  mutating func initialStateNamesNoAliasButTheRoomsOwn(content: String, code: ErrorCode?) throws {
    _ = try hall.room { $0.aliasLocalpart = "taken" }
    var creation = RoomCreation(roomID("new"))
    creation.aliasLocalpart = "own"
    creation.initialState = [.init(StateKey(RoomEventType.canonicalAlias), object(content))]
    guard let code else {
      try hall.run(.create(creation), by: ann)
      #expect(hall.content(RoomEventType.canonicalAlias, in: creation.room) == content)
      return
    }
    #expect(hall.refusal(of: .create(creation), by: ann) == code)
  }

  // MARK: Sharing of presence

  @Test mutating func withTheSpecificationsRuleNothingIsSaidOfPresence() throws {
    let id = try hall.room(.publicChat)
    #expect(try hall.room(id).sharing == nil)
    #expect(hall.index.shares(id))
  }

  @Test(arguments: [
    (RoomCreation.Preset.privateChat, "suggest"), (.trustedPrivateChat, "suggest"), (.publicChat, "forbid"),
  ])
  func whereRoomsHaveToSuggestItThePresetDoes(preset: RoomCreation.Preset, says: String) throws {
    var hall = Hall(sharing: PresenceSharing(rule: .suggest))
    let id = try hall.room(preset)
    #expect(hall.content(RoomEventType.presenceSharing, in: id) == #"{"presence_sharing":"\#(says)"}"#)
    #expect(hall.index.shares(id) == (says == "suggest"))
    let own = try hall.room(preset) {
      $0.initialState = [.init(StateKey(RoomEventType.presenceSharing), ["presence_sharing": "suggest"])]
    }
    #expect(hall.index.shares(own))
  }

  // MARK: Refusals

  @Test(arguments: [
    ("version", ErrorCode.unsupportedRoomVersion), ("alias taken", .roomInUse), ("alias", .invalidParameter),
    ("levels", .invalidRoomState), ("no power", .invalidRoomState), ("no invites", .invalidRoomState),
    ("create", .invalidRoomState),
    ("member", .invalidRoomState), ("remote", .forbidden), ("name", .tooLarge), ("fraction", .badJSON),
    ("redaction", .invalidRoomState), ("elsewhere", .invalidParameter), ("invites", .tooLarge),
    ("same", .roomInUse),
  ])
  mutating func aRoomThatCannotBeIsRefused(what: String, code: ErrorCode) throws {
    let known = try hall.room { $0.aliasLocalpart = "taken" }
    var creation = RoomCreation(roomID("new"))
    switch what {
    case "version": creation.version = "1"
    case "alias taken": creation.aliasLocalpart = "taken"
    case "alias": creation.aliasLocalpart = "a:b"
    case "levels": creation.powerLevels = ["ban": "50"]
    case "no power": creation.powerLevels = ["users": [:]]
    case "no invites":
      creation.powerLevels = ["invite": 101]
      creation.invites = [.init(bob)]
    case "create": creation.initialState = [.init(StateKey("m.room.create"), [:])]
    case "member":
      creation.initialState = [.init(StateKey("m.room.member", bob.rawValue), ["membership": "join"])]
    case "redaction":
      creation.initialState = [.init(StateKey("m.room.redaction"), ["redacts": "$event"])]
    case "remote": creation.invites = [.init(person("fay", on: far))]
    case "name": creation.name = String(repeating: "n", count: 70_000)
    case "fraction": creation.creationContent = object(#"{"a":1.5}"#)
    case "elsewhere": creation = RoomCreation(roomID("new", on: far))
    case "invites": creation.invites = (0...100).map { .init(person("u\($0)")) }
    default: creation = RoomCreation(known)
    }
    #expect(hall.refusal(of: .create(creation), by: ann) == code)
  }

  @Test func aUserInTheMostRoomsMakesNoMore() throws {
    var limits = RoomLimits()
    limits.joinedRooms = 2
    var hall = Hall(limits: limits)
    let other = try hall.room(.publicChat, by: bob)
    let first = try hall.room()
    _ = try hall.room()
    #expect(hall.refusal(of: .create(RoomCreation(roomID("new"))), by: ann) == .tooLarge)
    #expect(hall.refusal(of: .join(.id(other), profile: Profile(), content: [:]), by: ann) == .tooLarge)
    try hall.leave(first, ann)
    try hall.join(other, ann)
  }
}
