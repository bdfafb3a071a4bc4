import MatrixWire
import PorchlightTestSupport
import Testing

/// Who reads a room: everybody where it says so, those who left up to then, and members as far as its history is shown.
/// Who may ask which endpoint at all is in `RoomEndpointCases`.
struct RoomAccessTests {
  // MARK: Rooms that are open to everybody

  @Test func everybodyReadsARoomThatIsOpenToTheWorld() throws {
    let client = try RoomClient()
    let hall = try client.room(
      #"{"name":"Hall","initial_state":[{"type":"m.room.history_visibility","content":{"history_visibility":"world_readable"}}]}"#
    )
    let event = try client.say("hello", in: hall)
    for path in [
      "state", "state/m.room.name", "members", "messages", "event/\(event)", "context/\(event)",
      "initialSync", "aliases",
    ] {
      let answer = try client.ask("bob", .get, "\(hall)/\(path)", query: ["dir": "b"])
      #expect(answer.code == "200 -", "\(path)")
    }
    #expect(try client.messages(hall, as: "bob") == ["hello"])
    #expect(try client.ask("bob", .get, "\(hall)/joined_members").code == "403 M_FORBIDDEN")
    #expect(try client.ask("bob", .post, "\(hall)/send/m.room.message", "{}").code == "403 M_FORBIDDEN")
  }

  // MARK: Those who left

  @Test func whoLeftReadsWhatWasUpToThen() throws {
    let client = try RoomClient()
    let hall = try client.room(#"{"name":"Before"}"#, joined: ["bob"])
    try client.say("one", in: hall)
    try client.done("bob", .post, "\(hall)/leave")
    let later = try client.say("two", in: hall)
    try client.done("ann", .put, "\(hall)/state/m.room.name", #"{"name":"After"}"#)
    _ = try client.done("ann", .post, "\(hall)/invite", #"{"user_id":"@cid:harbor.example"}"#)

    #expect(try client.messages(hall, as: "bob") == ["one"])
    #expect(try client.messages(hall, as: "bob", ["dir": "f"]) == ["one"])
    #expect(try client.ask("bob", .get, "\(hall)/event/\(later)").code == "404 M_NOT_FOUND")
    #expect(try client.ask("bob", .get, "\(hall)/context/\(later)").code == "404 M_NOT_FOUND")
    #expect(try client.done("bob", .get, "\(hall)/state/m.room.name").text == #"{"name":"Before"}"#)
    let state = try client.done("bob", .get, "\(hall)/state").text
    #expect(state.contains("Before") && !state.contains("After"))
    let members = try client.done("bob", .get, "\(hall)/members").decoded(MembersAnswer.self).members
    #expect(members.compactMap(\.stateKey).sorted() == ["@ann:harbor.example", "@bob:harbor.example"])
    let snapshot = try client.done("bob", .get, "\(hall)/initialSync").text
    #expect(snapshot.contains(#""membership":"leave""#) && snapshot.contains(#""presence":[]"#))
    #expect(!snapshot.contains("After") && !snapshot.contains("two"))
    #expect(try client.ask("bob", .get, "\(hall)/joined_members").code == "403 M_FORBIDDEN")
    #expect(try client.ask("bob", .post, "\(hall)/read_markers", #"{"m.read":"\#(later)"}"#).status == 403)
  }

  @Test func whoWasInvitedReadsTheirInviteAndNotHowTheRoomWas() throws {
    let client = try RoomClient()
    let hall = try client.room(
      #"{"topic":"a secret","preset":"private_chat","initial_state":"#
        + #"[{"type":"m.room.history_visibility","content":{"history_visibility":"joined"}}]}"#)
    try client.done("ann", .post, "\(hall)/invite", #"{"user_id":"@bob:harbor.example"}"#)
    try client.done("ann", .put, "\(hall)/state/m.room.topic", #"{"topic":"tea"}"#)
    try client.done("bob", .post, "\(hall)/join")
    let members = try client.done("bob", .get, "\(hall)/members").decoded(MembersAnswer.self).members
    let bob = try #require(members.first { $0.stateKey == "@bob:harbor.example" }?.eventID?.rawValue)
    let joined = try client.done("bob", .get, "\(hall)/context/\(bob)", query: ["limit": "0"])
    #expect(joined.text.contains("tea"))
    let page = try client.done("bob", .get, "\(hall)/messages", query: ["dir": "f"])
      .decoded(MessagesAnswer.self)
    let invite = try #require(page.events.first { $0.stateKey == "@bob:harbor.example" }?.eventID?.rawValue)
    #expect(invite != bob)
    let invited = try client.done("bob", .get, "\(hall)/context/\(invite)", query: ["limit": "0"])
    #expect(invited.text.contains(#""state":[]"#) && !invited.text.contains("secret"))
  }

  @Test func whoForgotARoomReadsNothingOfIt() throws {
    let client = try RoomClient()
    let hall = try client.room(joined: ["bob"])
    #expect(try client.ask("bob", .post, "\(hall)/forget").code == "400 M_UNKNOWN")
    try client.done("bob", .post, "\(hall)/leave")
    #expect(try client.ask("bob", .get, "\(hall)/state").code == "200 -")
    try client.done("bob", .post, "\(hall)/forget")
    #expect(try client.ask("bob", .get, "\(hall)/state").code == "403 M_FORBIDDEN")
    #expect(try client.ask("bob", .get, "\(hall)/messages", query: ["dir": "b"]).code == "403 M_FORBIDDEN")
  }

  @Test func whoDeclinedAnInviteWasNeverThere() throws {
    let client = try RoomClient()
    let hall = try client.room(#"{"invite":["@bob:harbor.example"]}"#)
    try client.done("bob", .post, "\(hall)/leave")
    #expect(try client.ask("bob", .get, "\(hall)/state").code == "403 M_FORBIDDEN")
    #expect(try client.ask("bob", .get, "\(hall)/members").code == "403 M_FORBIDDEN")
  }

  @Test func historyIsShownAsItsRoomSays() throws {
    let client = try RoomClient()
    let hall = try client.room(
      #"{"preset":"public_chat","initial_state":[{"type":"m.room.history_visibility","content":{"history_visibility":"joined"}}]}"#
    )
    let early = try client.say("early", in: hall)
    try client.done("bob", .post, "\(hall)/join")
    try client.say("late", in: hall)
    #expect(try client.messages(hall, as: "bob") == ["late"])
    #expect(try client.ask("bob", .get, "\(hall)/event/\(early)").code == "404 M_NOT_FOUND")
    #expect(
      try client.ask("bob", .post, "\(hall)/receipt/m.read/\(early)", "{}").code == "404 M_NOT_FOUND")
    #expect(try client.messages(hall, as: "ann") == ["late", "early"])
  }

  @Test func whoWasThereBeforeIsShownAsTheHistoryIs() throws {
    let client = try RoomClient()
    let history =
      #"{"preset":"public_chat","initial_state":[{"type":"m.room.history_visibility","content":{"history_visibility":"VISIBILITY"}}]}"#
    for (visibility, expected) in [("joined", "403 M_FORBIDDEN"), ("shared", "200 -")] {
      let hall = try client.room(history.replacing("VISIBILITY", with: visibility), joined: ["cid"])
      func position(_ name: String) throws -> String {
        let page = try client.done(name, .get, "\(hall)/messages", query: ["dir": "b", "limit": "1"])
        return try page.decoded(MessagesAnswer.self).start.orThrow("a position").rawValue
      }
      let before = try position("ann")
      try client.done("cid", .post, "\(hall)/leave")
      try client.done("bob", .post, "\(hall)/join")
      let after = try position("bob")
      #expect(try client.ask("bob", .get, "\(hall)/members", query: ["at": before]).code == expected)
      #expect(try client.ask("bob", .get, "\(hall)/members", query: ["at": after]).code == "200 -")
      #expect(try client.ask("ann", .get, "\(hall)/members", query: ["at": before]).code == "200 -")
      #expect(try client.ask("cid", .get, "\(hall)/members", query: ["at": after]).code == "200 -")
    }
  }

  @Test func whatAUserMayNotReadIsNotToldBesideWhatTheyMay() throws {
    let client = try RoomClient()
    let hall = try client.room(
      #"{"preset":"public_chat","topic":"a secret","initial_state":[{"type":"m.room.history_visibility","content":{"history_visibility":"joined"}}]}"#
    )
    try client.done("bob", .post, "\(hall)/join")
    try client.done("ann", .put, "\(hall)/state/m.room.topic", #"{"topic":"tea"}"#)
    let event = try client.say("hello", in: hall)
    try client.done("bob", .post, "\(hall)/leave")
    try client.done("ann", .put, "\(hall)/redact/\(event)/1", #"{"reason":"a secret"}"#)
    for path in ["messages", "context/\(event)", "event/\(event)", "initialSync", "state"] {
      let (inside, outside) = (
        try client.done("ann", .get, "\(hall)/\(path)", query: ["dir": "b"]).text,
        try client.done("bob", .get, "\(hall)/\(path)", query: ["dir": "b"]).text
      )
      #expect(inside.contains("a secret"), "\(path)")
      #expect(!outside.contains("a secret"), "\(path)")
    }
    let topic = try client.done(
      "bob", .get, "\(hall)/state/m.room.topic", query: ["format": "event"]
    ).text
    #expect(topic.contains("tea") && !topic.contains("a secret"))
  }
}
