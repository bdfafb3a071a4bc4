internal import MatrixWire

/// The state of rooms, and their members.
extension RoomEndpointCases {
  private static let member = "rooms/{hall}/state/m.room.member"
  private static let long = String(repeating: "x", count: 256)

  static let state = [
    RoomEndpointCases(
      .get, "rooms/{hall}/state", by: "bob", has: "m.room.power_levels",
      successes: [Change("200", by: "fay", has: "m.room.power_levels")],
      hidden: Change.strangers(["cid", "dan", "eve"])),
    RoomEndpointCases(
      .get, "rooms/{hall}/state/m.room.name", by: "bob", has: #"{"name":"Hall"}"#,
      successes: [
        Change("200", query: ["format": "event"], has: #""event_id":"$"#),
        Change("200", query: ["format": "content"], has: #"{"name":"Hall"}"#),
        Change("200", by: "fay", has: #"{"name":"Hall"}"#),
      ],
      refusals: [
        Change("404 M_NOT_FOUND", "rooms/{hall}/state/m.none"),
        Change("400 M_INVALID_PARAM", query: ["format": "x"]),
      ], hidden: Change.strangers(["cid", "dan", "eve"])),
    RoomEndpointCases(
      .get, "\(member)/@bob:harbor.example", by: "bob", has: #""membership":"join""#,
      successes: [
        Change("200", "rooms/{hall}/state/m.room.name/", has: "Hall"),
        Change("200", query: ["format": "event"], has: #""state_key":"@bob:harbor.example""#),
        Change("200", by: "fay", has: #""membership":"join""#),
      ],
      refusals: [
        Change("404 M_NOT_FOUND", "\(member)/@nobody:harbor.example"),
        Change("404 M_NOT_FOUND", "\(member)/bob"),
        Change("404 M_NOT_FOUND", "rooms/{hall}/state/m.x/{slash}"),
        Change("400 M_INVALID_PARAM", query: ["format": "x"]),
      ], hidden: Change.strangers(["cid", "dan", "eve"])),
    RoomEndpointCases(
      .put, "rooms/{hall}/state/m.room.topic", #"{"topic":"tea"}"#, by: "ann", has: #""event_id":"$"#,
      takes: .object,
      refusals: [
        Change("400 M_BAD_JSON", body: #"{"n":0.5}"#),
        Change("403 M_FORBIDDEN", "rooms/{hall}/state/m.room.create"),
        Change("400 M_INVALID_PARAM", "rooms/{hall}/state/m.room.redaction"),
        Change("400 M_INVALID_PARAM", member, body: #"{"membership":"join"}"#),
        Change("400 M_TOO_LARGE", "rooms/{hall}/state/\(long)"),
        Change(
          "400 M_BAD_ALIAS", "rooms/{hall}/state/m.room.canonical_alias", body: #"{"alias":"{free}"}"#),
        Change("400 M_INVALID_PARAM", "rooms/{hall}/state/m.room.canonical_alias", body: #"{"alias":"x"}"#),
      ],
      authorization: [Change("403 M_FORBIDDEN", by: "bob")],
      hidden: Change.strangers() + Change.strangers(["eve"], member, body: #"{"membership":"join"}"#)),
    RoomEndpointCases(
      .put, "rooms/{hall}/state/m.x/{slash}", #"{"n":1}"#, by: "ann", has: #""event_id":"$"#, takes: .object,
      successes: [
        Change("200", "rooms/{hall}/state/m.room.topic/", has: #""event_id":"$"#),
        Change("200", "\(member)/@eve:harbor.example", body: #"{"membership":"invite"}"#, has: "event_id"),
        Change("200", "\(member)/@dan:harbor.example", body: #"{"membership":"leave"}"#, has: "event_id"),
        Change("200", "\(member)/@bob:harbor.example", body: #"{"membership":"ban"}"#, has: "event_id"),
        Change("200", "\(member)/{me}", body: #"{"membership":"join"}"#, by: "cid", has: "event_id"),
        Change("200", "\(member)/{me}", body: #"{"membership":"leave"}"#, by: "bob", has: "event_id"),
      ],
      refusals: [
        Change("400 M_BAD_JSON", body: #"{"n":0.5}"#),
        Change("400 M_BAD_JSON", "\(member)/@bob:harbor.example", body: #"{"membership":"gone"}"#),
        Change("400 M_BAD_JSON", "\(member)/@bob:harbor.example", body: "{}"),
        Change("400 M_INVALID_PARAM", "\(member)/bob", body: #"{"membership":"invite"}"#),
        Change("400 M_TOO_LARGE", "rooms/{hall}/state/m.x/\(long)"),
        Change("403 M_FORBIDDEN", "rooms/{hall}/state/m.x/@bob:harbor.example"),
      ],
      authorization: [
        Change("403 M_FORBIDDEN", by: "bob"),
        Change("403 M_FORBIDDEN", "\(member)/@bob:harbor.example", body: #"{"membership":"join"}"#),
        Change("403 M_FORBIDDEN", "\(member)/@cid:harbor.example", body: #"{"membership":"ban"}"#, by: "bob"),
        Change("403 M_FORBIDDEN", "\(member)/{me}", body: #"{"membership":"join"}"#, by: "dan"),
      ],
      hidden: Change.strangers() + hiddenMemberships),
    RoomEndpointCases(
      .get, "rooms/{hall}/members", by: "bob", has: "@ann:harbor.example",
      successes: [
        Change("200", query: ["membership": "ban"], has: "@dan:harbor.example"),
        Change("200", query: ["not_membership": "join"], has: "@cid:harbor.example"),
        Change("200", by: "fay", has: "@fay:harbor.example"),
      ],
      refusals: [
        Change("400 M_INVALID_PARAM", query: ["at": "x"]),
        Change("400 M_INVALID_PARAM", query: ["membership": "x"]),
        Change("400 M_INVALID_PARAM", query: ["not_membership": "x"]),
      ], hidden: Change.strangers(["cid", "dan", "eve"])),
    RoomEndpointCases(
      .get, "rooms/{hall}/joined_members", by: "bob", has: #""joined":{"@ann:harbor.example":"#,
      hidden: Change.strangers()),
  ]

  /// What a user who is nothing to a room might set in it as a membership.
  private static let hiddenMemberships = [
    ("{me}", "join"), ("{me}", "knock"), ("{me}", "leave"), ("{me}", "ban"), ("{me}", "gone"),
    ("bob", "join"),
    ("@bob:harbor.example", "join"), ("@bob:harbor.example", "knock"), ("@bob:harbor.example", "invite"),
    ("@bob:harbor.example", "leave"), ("@bob:harbor.example", "ban"), ("@dan:harbor.example", "leave"),
    ("@bob:harbor.example", "gone"), ("@x:elsewhere.example", "invite"),
  ].flatMap { user, membership in
    Change.strangers(["eve"], "\(member)/\(user)", body: #"{"membership":"\#(membership)"}"#)
  }
}
