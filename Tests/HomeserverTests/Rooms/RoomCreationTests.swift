import Homeserver
import MatrixWire
import PorchlightTestSupport
import RoomCore
import Testing

/// `POST /createRoom`, and which rooms a user is in.
struct RoomCreationTests {
  private let client: RoomClient

  init() throws { client = try RoomClient() }

  private func types(_ room: String) throws -> [String] {
    let state = try client.done("ann", .get, "\(room)/state").decoded([RoomEvent].self)
    return state.map(\.type)
  }

  @Test func aRoomBeginsWithItsStateInOrder() throws {
    let hall = try client.room(
      #"{"preset":"public_chat","room_alias_name":"hall","name":"Hall","topic":"Talk","visibility":"public","initial_state":[{"type":"m.x","state_key":"k","content":{"n":1}}]}"#
    )
    #expect(
      try types(hall) == [
        "m.room.create", "m.room.member", "m.room.power_levels", "m.room.canonical_alias",
        "m.room.join_rules", "m.room.history_visibility", "m.room.guest_access", "m.x", "m.room.name",
        "m.room.topic",
      ])
    #expect(try client.done("ann", .get, "\(hall)/state/m.x/k").text == #"{"n":1}"#)
    #expect(
      try client.done("ann", .get, "\(hall)/state/m.room.canonical_alias").text
        == ##"{"alias":"#hall:harbor.example"}"##)
    let create = try client.done("ann", .get, "\(hall)/state/m.room.create").text
    #expect(create.contains(#""room_version":"11""#))
  }

  @Test func aBodyThatIsMissingMakesAPrivateRoom() throws {
    let hall = try client.room("")
    let rules = try client.done("ann", .get, "\(hall)/state/m.room.join_rules").text
    #expect(rules == #"{"join_rule":"invite"}"#)
    #expect(try client.ask("bob", .post, "\(hall)/join").code == "403 M_FORBIDDEN")
  }

  @Test func whoIsInvitedFromTheStartMayJoin() throws {
    let hall = try client.room(#"{"invite":["@bob:harbor.example"],"is_direct":true}"#)
    let member = try client.done("ann", .get, "\(hall)/state/m.room.member/@bob:harbor.example").text
    #expect(member.contains(#""is_direct":true"#) && member.contains(#""membership":"invite""#))
    #expect(try client.ask("bob", .post, "\(hall)/join").code == "200 -")
  }

  @Test func theCreatorMaySetOtherPowerLevelsAndContent() throws {
    let hall = try client.room(
      #"{"power_level_content_override":{"invite":100},"creation_content":{"type":"m.space"}}"#)
    let levels = try client.done("ann", .get, "\(hall)/state/m.room.power_levels").text
    #expect(levels.contains(#""invite":100"#))
    let create = try client.done("ann", .get, "\(hall)/state/m.room.create").text
    #expect(create.contains(#""type":"m.space""#))
  }

  @Test(arguments: [
    (#"{"room_version":"1"}"#, "400 M_UNSUPPORTED_ROOM_VERSION"), ("[]", "400 M_BAD_JSON"),
    ("{", "400 M_NOT_JSON"), (#"{"preset":"secret"}"#, "400 M_BAD_JSON"),
    (#"{"invite":["bob"]}"#, "400 M_BAD_JSON"),
    (#"{"invite":["@bob:elsewhere.example"]}"#, "403 M_FORBIDDEN"),
    (#"{"room_alias_name":"taken"}"#, "400 M_ROOM_IN_USE"),
    (#"{"initial_state":[{"type":"m.room.create","content":{}}]}"#, "400 M_INVALID_ROOM_STATE"),
    (#"{"invite_3pid":[{}]}"#, "400 M_INVALID_PARAM"),
  ])
  func aRoomThatCannotBeIsRefusedAndNotMade(body: String, expected: String) throws {
    _ = try client.room(#"{"room_alias_name":"taken"}"#)
    #expect(try client.ask("ann", .post, "createRoom", body).code == expected)
    let rooms = try client.done("ann", .get, "joined_rooms").decoded(JoinedRoomsAnswer.self).rooms
    #expect(rooms.count == 1)
  }

  @Test func roomsAreMadeInEveryVersion() throws {
    for version in ["api/v1", "r0", "v3"] {
      let answer = try client.done("ann", .post, "createRoom", "{}", version: version)
      #expect(try answer.decoded(RoomIDAnswer.self).roomID.rawValue.hasSuffix(":harbor.example"))
    }
    #expect(try client.done("ann", .get, "joined_rooms").decoded(JoinedRoomsAnswer.self).rooms.count == 3)
  }

  @Test func aRoomLeftIsNoRoomOnesIsIn() throws {
    let hall = try client.room(joined: ["bob"])
    let id = String(hall.dropFirst(6))
    #expect(try client.done("bob", .get, "joined_rooms").text == #"{"joined_rooms":["\#(id)"]}"#)
    try client.done("bob", .post, "\(hall)/leave")
    #expect(try client.done("bob", .get, "joined_rooms").text == #"{"joined_rooms":[]}"#)
  }

  // MARK: Mutual rooms

  @Test(arguments: ["v1/mutual_rooms", "unstable/uk.half-shot.msc2666/user/mutual_rooms"])
  func usersAskWhichRoomsTheyShare(path: String) throws {
    let hall = try client.room(joined: ["bob"])
    _ = try client.room(joined: ["cid"])
    func shared(_ user: String) throws -> Answer {
      try client.ask("ann", .get, path, query: ["user_id": user], version: "")
    }
    let id = String(hall.dropFirst(6))
    #expect(try shared("@bob:harbor.example").text == #"{"count":1,"joined":["\#(id)"]}"#)
    #expect(try shared("@nobody:harbor.example").text == #"{"count":0,"joined":[]}"#)
    #expect(try shared("@bob:elsewhere.example").text == #"{"count":0,"joined":[]}"#)
    #expect(try shared("@ann:harbor.example").code == "400 M_INVALID_PARAM")
    #expect(try shared("bob").code == "400 M_INVALID_PARAM")
    #expect(try client.ask("ann", .get, path, version: "").code == "400 M_MISSING_PARAM")
    let further = ["user_id": "@bob:harbor.example", "from": "x"]
    #expect(try client.ask("ann", .get, path, query: further, version: "").code == "400 M_INVALID_PARAM")
  }

  @Test func aClientIsToldWhichRoomVersionThereIs() throws {
    let answer = try client.done("ann", .get, "capabilities")
    #expect(answer.text.contains(#""m.room_versions":{"available":{"11":"stable"},"default":"11"}"#))
    let capabilities = try answer.decoded(CapabilitiesAnswer.self)
    #expect(capabilities.roomVersions?.available == ["11": "stable"])
    #expect(capabilities.capabilities["m.room_versions"] == nil)
    #expect(capabilities.capabilities["m.set_displayname"]?.enabled == true)
  }

  @Test(arguments: [PresenceSharing(), PresenceSharing(rule: .suggest, largestRoom: 7)])
  func aClientIsToldInWhichRoomsPresenceIsShared(sharing: PresenceSharing) throws {
    let client = try RoomClient { $0.presenceSharing = sharing }
    let capabilities = try client.done("ann", .get, "capabilities").decoded(CapabilitiesAnswer.self)
    let rule = try #require(capabilities.presenceSharing)
    #expect(rule.rule?.rawValue == sharing.rule.rawValue && rule.largestRoom == sharing.largestRoom)
  }
}
