import Homeserver
import MatrixWire
import PorchlightTestSupport
import RoomCore
import Testing

/// Join, knock, invite, leave, kick, ban, unban and forget.
struct MembershipTests {
  private let client: RoomClient

  init() throws { client = try RoomClient() }

  private func membership(of name: String, in room: String) throws -> String {
    let path = "\(room)/state/m.room.member/\(RoomClient.id(name))"
    let content = try client.done("ann", .get, path).decoded(MemberContent.self)
    return content.membership.rawValue
  }

  private func body(_ name: String, _ more: String = "") -> String {
    #"{\#(more)"user_id":"\#(RoomClient.id(name))"}"#
  }

  // MARK: By oneself

  @Test(arguments: ["api/v1", "r0", "v3"])
  func anOpenRoomIsJoinedByIDAndByAlias(version: String) throws {
    let hall = try client.room(#"{"preset":"public_chat","room_alias_name":"hall"}"#)
    let id = hall.dropFirst(6)
    let answer = #"{"room_id":"\#(id)"}"#
    #expect(try client.done("bob", .post, "join/#hall:harbor.example", version: version).text == answer)
    #expect(try client.done("bob", .post, "join/\(id)", "{}", version: version).text == answer)
    let cid = try client.done("cid", .post, "\(hall)/join", #"{"reason":"hello"}"#, version: version)
    #expect(cid.text == answer)
    let member = try client.done("ann", .get, "\(hall)/state/m.room.member/@cid:harbor.example").text
    #expect(member.contains(#""reason":"hello""#))
  }

  @Test func roomsThatAreNotHereAreNotJoined() throws {
    for name in ["!x:elsewhere.example", "#x:elsewhere.example", "#x:harbor.example"] {
      let answer = try client.ask("bob", .post, "join/\(name)")
      #expect(answer.code == "404 M_NOT_FOUND")
      #expect(try client.ask("bob", .post, "knock/\(name)").code == "404 M_NOT_FOUND")
    }
    #expect(try client.ask("bob", .post, "join/hall").code == "400 M_INVALID_PARAM")
    #expect(try client.ask("bob", .post, "join/!x:elsewhere.example", "[]").code == "400 M_BAD_JSON")
  }

  @Test func aMemberHasTheNameAndPictureOfTheirProfile() throws {
    try client.done("bob", .put, "profile/@bob:harbor.example/displayname", #"{"displayname":"Bob"}"#)
    let hall = try client.room(#"{"preset":"public_chat"}"#)
    try client.done("bob", .post, "\(hall)/join")
    let content = try client.done("ann", .get, "\(hall)/state/m.room.member/@bob:harbor.example").text
    #expect(content == #"{"avatar_url":null,"displayname":"Bob","membership":"join"}"#)
    try client.done("ann", .post, "\(hall)/ban", body("bob"))
    let banned = try client.done("ann", .get, "\(hall)/state/m.room.member/@bob:harbor.example").text
    #expect(banned.contains(#""displayname":"Bob""#))
  }

  @Test func whoHidesShowsTheProfileFromBefore() throws {
    try client.done("bob", .put, "profile/@bob:harbor.example/displayname", #"{"displayname":"Old"}"#)
    try client.done("bob", .put, "presence/@bob:harbor.example/status", #"{"presence":"offline"}"#)
    try client.done("bob", .put, "profile/@bob:harbor.example/displayname", #"{"displayname":"New"}"#)
    let hall = try client.room(#"{"preset":"public_chat"}"#)
    try client.done("bob", .post, "\(hall)/join")
    let content = try client.done("ann", .get, "\(hall)/state/m.room.member/@bob:harbor.example").text
    #expect(content.contains(#""displayname":"Old""#))
  }

  @Test func whoKnocksIsLetIn() throws {
    let hall = try client.room(
      #"{"initial_state":[{"type":"m.room.join_rules","content":{"join_rule":"knock"}}]}"#)
    let id = hall.dropFirst(6)
    #expect(
      try client.done("bob", .post, "knock/\(id)", #"{"reason":"me"}"#).text == #"{"room_id":"\#(id)"}"#)
    #expect(try membership(of: "bob", in: hall) == "knock")
    #expect(try client.ask("bob", .post, "\(hall)/join").code == "403 M_FORBIDDEN")
    try client.done("ann", .post, "\(hall)/invite", body("bob"))
    try client.done("bob", .post, "\(hall)/join")
    let private_ = try client.room()
    #expect(try client.ask("bob", .post, "knock/\(private_.dropFirst(6))").code == "403 M_FORBIDDEN")
  }

  @Test func whoIsInTooManyRoomsDoesNotLearnWhetherThereIsAnother() throws {
    let client = try RoomClient { $0.roomLimits.joinedRooms = 1 }
    let (hall, none) = (try client.room(), "rooms/!none:harbor.example")
    let open = try client.room(#"{"preset":"public_chat"}"#, by: "bob")
    let own = "state/m.room.member/@bob:harbor.example"
    for room in [hall, none] {
      #expect(try client.ask("bob", .post, "\(room)/join").code == "403 M_FORBIDDEN")
      #expect(
        try client.ask("bob", .put, "\(room)/\(own)", #"{"membership":"join"}"#).code == "403 M_FORBIDDEN")
    }
    #expect(try client.ask("ann", .post, "\(open)/join").code == "400 M_TOO_LARGE")
    #expect(try client.ask("ann", .get, "\(open)/joined_members").code == "403 M_FORBIDDEN")
  }

  @Test func leavingTwiceIsLeaving() throws {
    let hall = try client.room(joined: ["bob"])
    #expect(try client.done("bob", .post, "\(hall)/leave", #"{"reason":"late"}"#).text == "{}")
    #expect(try client.done("bob", .post, "\(hall)/leave").text == "{}")
    #expect(try membership(of: "bob", in: hall) == "leave")
    #expect(try client.ask("bob", .post, "\(hall)/join").code == "403 M_FORBIDDEN")
  }

  // MARK: By others

  @Test func anInviteLetsItsUserInAndNobodyElse() throws {
    let hall = try client.room()
    #expect(try client.done("ann", .post, "\(hall)/invite", body("bob", #""reason":"tea","#)).text == "{}")
    #expect(try membership(of: "bob", in: hall) == "invite")
    #expect(try client.ask("cid", .post, "\(hall)/join").code == "403 M_FORBIDDEN")
    try client.done("bob", .post, "\(hall)/join")
    #expect(try client.ask("ann", .post, "\(hall)/invite", body("bob")).code == "403 M_FORBIDDEN")
    let elsewhere = try client.ask(
      "ann", .post, "\(hall)/invite", #"{"user_id":"@dan:elsewhere.example"}"#)
    #expect(elsewhere.code == "403 M_FORBIDDEN")
    #expect(elsewhere.response.error?.message.contains("Rooms live on one server") == true)
  }

  @Test(arguments: ["invite", "kick", "ban", "unban"])
  func whoIsMeantIsSaid(verb: String) throws {
    let hall = try client.room()
    #expect(try client.ask("ann", .post, "\(hall)/\(verb)").code == "400 M_NOT_JSON")
    #expect(try client.ask("ann", .post, "\(hall)/\(verb)", "{}").code == "400 M_MISSING_PARAM")
    #expect(
      try client.ask("ann", .post, "\(hall)/\(verb)", #"{"user_id":"bob"}"#).code == "400 M_BAD_JSON")
  }

  @Test func kickBanAndUnbanTakePower() throws {
    let hall = try client.room(#"{"preset":"public_chat"}"#)
    for name in ["bob", "cid"] { try client.done(name, .post, "\(hall)/join") }
    for verb in ["kick", "ban", "unban"] {
      #expect(try client.ask("bob", .post, "\(hall)/\(verb)", body("cid")).code == "403 M_FORBIDDEN")
      #expect(try membership(of: "cid", in: hall) == "join")
    }
    #expect(try client.done("ann", .post, "\(hall)/kick", body("cid")).text == "{}")
    #expect(try membership(of: "cid", in: hall) == "leave")
    #expect(try client.ask("ann", .post, "\(hall)/kick", body("cid")).code == "403 M_FORBIDDEN")
    try client.done("cid", .post, "\(hall)/join")
    #expect(try client.done("ann", .post, "\(hall)/ban", body("cid")).text == "{}")
    #expect(try client.ask("cid", .post, "\(hall)/join").code == "403 M_FORBIDDEN")
    #expect(try client.ask("ann", .post, "\(hall)/kick", body("cid")).code == "400 M_BAD_STATE")
    #expect(try client.ask("bob", .post, "\(hall)/kick", body("cid")).code == "403 M_FORBIDDEN")
    #expect(try client.done("ann", .post, "\(hall)/unban", body("cid")).text == "{}")
    #expect(try client.ask("ann", .post, "\(hall)/unban", body("cid")).code == "400 M_BAD_STATE")
    try client.done("cid", .post, "\(hall)/join")
  }
}
