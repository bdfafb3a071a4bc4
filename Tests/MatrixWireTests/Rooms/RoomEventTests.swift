import MatrixWire
import Testing

/// Events of rooms as a client reads them from any server.
struct RoomEventTests {
  private static func read(_ type: String, _ content: String, stateKey: String? = "") throws
    -> RoomEvent.Content
  {
    let key = stateKey.map { #""state_key":"\#($0)","# } ?? ""
    return try decode(
      #"{"type":"\#(type)",\#(key)"sender":"@a:x","content":\#(content)}"#, as: RoomEvent.self
    ).content
  }

  @Test func aMemberIsReadWhole() throws {
    let text =
      #"{"content":{"avatar_url":"mxc://a/b","displayname":"B","is_direct":true,"membership":"invite","#
      + #""reason":"tea"},"event_id":"$e","origin_server_ts":5,"room_id":"!r:x","sender":"@a:x","#
      + #""state_key":"@b:x","type":"m.room.member","unsigned":{"age":7,"transaction_id":"t"}}"#
    let member = MemberContent(
      .invite, displayName: "B", avatarURL: "mxc://a/b", isDirect: true, reason: "tea")
    let event = RoomEvent(
      type: "m.room.member", sender: try user("@a:x"), stateKey: "@b:x",
      content: .member(try user("@b:x"), member), eventID: try .named("$e"), roomID: try .named("!r:x"),
      originServerTimestamp: 5, age: 7, transactionID: "t")
    #expect(try decode(text) == event)
    #expect(json(event) == text)
  }

  @Test func whatAServerWritesAClientReads() throws {
    let event = ClientEvent(
      eventID: try .named("$e"), roomID: try .named("!r:x"), type: "m.room.name", stateKey: "",
      sender: try user("@a:x"), originServerTimestamp: 5, content: Array(#"{"name":"Tea"}"#.utf8),
      prevContent: Array("{}".utf8))
    let expected = RoomEvent(
      type: "m.room.name", sender: try user("@a:x"), stateKey: "", content: .name("Tea"),
      eventID: try .named("$e"), roomID: try .named("!r:x"), originServerTimestamp: 5, age: 2,
      transactionID: "t")
    let viewed = ViewedEvent(EventBytes(event), transactionID: "t")
    #expect(try WireJSON.decode(RoomEvent.self, from: viewed.bytes(as: .withRoom, now: 7)) == expected)
    #expect(try WireJSON.decode(RoomEvent.self, from: viewed.bytes(as: .v1, now: 7)) == expected)
    let stripped = try WireJSON.decode(RoomEvent.self, from: event.stripped)
    #expect(stripped.content == .name("Tea") && stripped.eventID == nil)
  }

  @Test(arguments: [
    ("m.room.name", #"{"name":"Tea"}"#, RoomEvent.Content.name("Tea")), ("m.room.name", "{}", .name("")),
    ("m.room.name", #"{"name":7}"#, .name("")), ("m.room.topic", #"{"topic":"t"}"#, .topic("t")),
    ("m.room.canonical_alias", ##"{"alias":"#a:x"}"##, .canonicalAlias(RoomAlias("#a:x"))),
    ("m.room.canonical_alias", #"{"alias":"a"}"#, .canonicalAlias(nil)),
    (RoomPresenceSharing.eventType, #"{"presence_sharing":"suggest"}"#, .presenceSharing(.suggest)),
    (RoomPresenceSharing.eventType, #"{"presence_sharing":"odd"}"#, .presenceSharing(nil)),
    ("m.room.join_rules", #"{"join_rule":"public"}"#, .joinRule(.everyone)),
    ("m.room.join_rules", #"{"join_rule":"knock_restricted"}"#, .joinRule(.knockingRestricted)),
    ("m.room.join_rules", #"{"join_rule":"odd"}"#, .joinRule(nil)),
    ("m.room.join_rules", "{}", .joinRule(nil)),
    ("m.room.name", "[]", .unrecognized), ("m.room.message", #"{"body":"x"}"#, .unrecognized),
    ("m.room.member", #"{"membership":"join"}"#, .unrecognized), ("m.odd", "{}", .unrecognized),
  ])
  func stateIsReadAsFarAsItMakesSense(type: String, content: String, expected: RoomEvent.Content) throws {
    #expect(try Self.read(type, content) == expected)
    #expect(try Self.read(type, content, stateKey: "other") == .unrecognized)
  }

  @Test(arguments: [
    ("m.room.message", #"{"body":"hi"}"#, RoomEvent.Content.message("hi")),
    ("m.room.message", #"{"body":7}"#, .unrecognized), ("m.room.message", "null", .unrecognized),
    ("m.room.name", #"{"name":"Tea"}"#, .unrecognized),
    ("m.room.member", #"{"membership":"join"}"#, .unrecognized),
  ])
  func aMessageIsNoState(type: String, content: String, expected: RoomEvent.Content) throws {
    #expect(try Self.read(type, content, stateKey: nil) == expected)
  }

  @Test(arguments: [
    (#"{"membership":"join"}"#, MemberContent(.join)),
    (
      #"{"membership":"leave","displayname":null,"avatar_url":7,"is_direct":"yes","reason":[]}"#,
      MemberContent(.leave)
    ),
    (#"{"membership":"odd"}"#, nil), (#"{"displayname":"B"}"#, nil), (#"{"membership":1}"#, nil), ("7", nil),
  ])
  func aMembersDetailsMayBeMalformed(content: String, expected: MemberContent?) throws {
    let member = try user("@b:x")
    #expect(
      try Self.read("m.room.member", content, stateKey: "@b:x")
        == expected.map { .member(member, $0) } ?? .unrecognized)
  }

  @Test(arguments: [
    #"{"type":"m.room.name"}"#, #"{"sender":"@a:x"}"#, #"{"type":7,"sender":"@a:x"}"#,
    #"{"type":"t","sender":"a"}"#, "7", "[]",
  ])
  func whatHasNoTypeOrNoSenderIsNoEvent(text: String) {
    #expect(throws: MatrixError.self) { try decode(text, as: RoomEvent.self) }
  }

  @Test(arguments: [
    #""origin_server_ts":1e300"#, #""origin_server_ts":-1"#, #""origin_server_ts":"5""#, #""event_id":"e""#,
    #""room_id":7"#, #""state_key":7"#, #""unsigned":[]"#, #""unsigned":{"age":1e300,"transaction_id":7}"#,
    #""content":{},"content":7"#,
  ])
  func aMalformedDetailIsAbsent(detail: String) throws {
    let event: RoomEvent = try decode(#"{"type":"t","sender":"@a:x",\#(detail)}"#)
    #expect(event == RoomEvent(type: "t", sender: try user("@a:x"), content: .unrecognized))
  }
}
