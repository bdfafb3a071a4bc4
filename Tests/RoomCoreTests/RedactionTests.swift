import MatrixWire
import RoomCore
import Testing

/// Room version 11, "Redactions".
struct RedactionTests {
  @Test(arguments: [
    ("m.room.create", #"{"any":1,"room_version":"11"}"#, #"{"any":1,"room_version":"11"}"#),
    (
      "m.room.member",
      #"{"membership":"join","displayname":"A","join_authorised_via_users_server":"@a:b","reason":"r"}"#,
      #"{"join_authorised_via_users_server":"@a:b","membership":"join"}"#
    ),
    (
      "m.room.member",
      #"{"membership":"invite","third_party_invite":{"display_name":"a","signed":{"mxid":"@a:b"}}}"#,
      #"{"membership":"invite","third_party_invite":{"signed":{"mxid":"@a:b"}}}"#
    ),
    (
      "m.room.member", #"{"membership":"invite","third_party_invite":{"display_name":"a"}}"#,
      #"{"membership":"invite","third_party_invite":{}}"#
    ),
    (
      "m.room.member", #"{"membership":"invite","third_party_invite":"a"}"#, #"{"membership":"invite"}"#
    ),
    (
      "m.room.join_rules", #"{"join_rule":"restricted","allow":[{"room_id":"!a:b"}],"more":1}"#,
      #"{"allow":[{"room_id":"!a:b"}],"join_rule":"restricted"}"#
    ),
    (
      "m.room.power_levels",
      #"{"ban":1,"events":{"a":1},"events_default":2,"invite":3,"kick":4,"notifications":{"room":5},"redact":6,"state_default":7,"users":{"@a:b":8},"users_default":9}"#,
      #"{"ban":1,"events":{"a":1},"events_default":2,"invite":3,"kick":4,"redact":6,"state_default":7,"users":{"@a:b":8},"users_default":9}"#
    ),
    (
      "m.room.history_visibility", #"{"history_visibility":"shared","b":1}"#,
      #"{"history_visibility":"shared"}"#
    ),
    ("m.room.redaction", #"{"redacts":"$a","reason":"b"}"#, #"{"redacts":"$a"}"#),
    ("m.room.aliases", ##"{"aliases":["#a:b"]}"##, "{}"), ("m.room.name", #"{"name":"a"}"#, "{}"),
    ("m.room.topic", #"{"topic":"a"}"#, "{}"), ("m.room.message", #"{"body":"a","membership":"join"}"#, "{}"),
    ("m.room.canonical_alias", ##"{"alias":"#a:b"}"##, "{}"),
    ("m.room.guest_access", #"{"guest_access":"a"}"#, "{}"),
  ])
  func ofTheContentStays(type: String, content: String, left: String) {
    #expect(json(Redaction.content(object(content), ofType: type)) == left)
  }

  @Test func ofAnEventTheKeysOfEveryVersionStay() {
    let event = object(
      #"""
      {"auth_events":["$a"],"content":{"body":"a"},"depth":3,"event_id":"$c","hashes":{"sha256":"h"},
      "membership":"join","origin":"o","origin_server_ts":5,"prev_events":["$b"],"prev_state":[],"redacts":"$d",
      "room_id":"!r:s","sender":"@a:s","signatures":{"s":{}},"state_key":"","type":"m.room.topic","unsigned":{"age":1}}
      """#)
    #expect(
      Redaction.event(event)
        == object(
          #"""
          {"auth_events":["$a"],"content":{},"depth":3,"event_id":"$c","hashes":{"sha256":"h"},
          "origin_server_ts":5,"prev_events":["$b"],"room_id":"!r:s","sender":"@a:s","signatures":{"s":{}},
          "state_key":"","type":"m.room.topic"}
          """#))
  }
}
