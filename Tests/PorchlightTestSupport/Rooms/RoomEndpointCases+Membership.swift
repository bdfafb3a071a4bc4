internal import MatrixWire

/// Making rooms, and what users are to them.
extension RoomEndpointCases {
  private static let (bob, cid) = (
    #"{"user_id":"@bob:harbor.example"}"#, #"{"user_id":"@cid:harbor.example"}"#
  )
  private static let (dan, eve) = (
    #"{"user_id":"@dan:harbor.example"}"#, #"{"user_id":"@eve:harbor.example"}"#
  )
  private static let badUser = Change("400 M_BAD_JSON", body: #"{"user_id":"bob"}"#)

  static let creation = [
    RoomEndpointCases(
      .post, "createRoom", #"{"name":"New","invite":["@bob:harbor.example"]}"#, by: "ann",
      has: #""room_id":"!"#, takes: .optional,
      successes: [Change("200", body: "", has: #""room_id":"!"#)],
      refusals: [
        Change("400 M_UNSUPPORTED_ROOM_VERSION", body: #"{"room_version":"1"}"#),
        Change("400 M_ROOM_IN_USE", body: #"{"room_alias_name":"{local}"}"#),
        Change("400 M_INVALID_PARAM", body: #"{"room_alias_name":"a:b"}"#),
        Change("400 M_INVALID_PARAM", body: #"{"invite_3pid":[{}]}"#),
        Change("400 M_BAD_JSON", body: #"{"preset":"secret"}"#),
        Change("400 M_BAD_JSON", body: #"{"invite":["bob"]}"#),
        Change("400 M_MISSING_PARAM", body: #"{"initial_state":[{"content":{}}]}"#),
        Change(
          "400 M_INVALID_ROOM_STATE", body: #"{"initial_state":[{"type":"m.room.create","content":{}}]}"#),
        Change(
          "400 M_INVALID_ROOM_STATE",
          body: #"{"name":"x","power_level_content_override":{"users":{"@ann:harbor.example":0}}}"#),
        Change("400 M_TOO_LARGE", body: #"{"invite":[\#(String(repeating: "\"\",", count: 100))""]}"#),
        Change(
          "403 M_FORBIDDEN", body: #"{"invite":["@x:elsewhere.example"]}"#, has: "Rooms live on one server"),
      ]),
    RoomEndpointCases(.get, "joined_rooms", by: "bob", has: "{hall}"),
    mutualRooms("_matrix/client/v1/mutual_rooms"),
    mutualRooms("_matrix/client/unstable/uk.half-shot.msc2666/user/mutual_rooms"),
  ]

  private static func mutualRooms(_ path: String) -> RoomEndpointCases {
    let bob = ["user_id": "@bob:harbor.example"]
    return RoomEndpointCases(
      .get, path, query: bob, by: "ann", has: "{hall}",
      successes: [Change("200", by: "eve", has: #"{"count":0,"joined":[]}"#)],
      refusals: [
        Change("400 M_MISSING_PARAM", query: [:]), Change("400 M_INVALID_PARAM", query: ["user_id": "bob"]),
        Change("400 M_INVALID_PARAM", by: "bob"),
        Change("400 M_INVALID_PARAM", query: bob.merging(["from": "x"]) { $1 }),
      ])
  }

  static let membership = [
    RoomEndpointCases(
      .post, "join/{hall}", by: "cid", has: #"{"room_id":"{hall}"}"#, takes: .optional,
      successes: [
        Change("200", "join/{alias}", has: "{hall}"), Change("200", "join/{open}", by: "eve", has: "{open}"),
        Change("200", by: "bob", has: "{hall}"),
      ],
      refusals: [
        Change("404 M_NOT_FOUND", "join/!x:elsewhere.example"),
        Change("404 M_NOT_FOUND", "join/#x:elsewhere.example"), Change("404 M_NOT_FOUND", "join/{free}"),
      ],
      authorization: [
        Change("403 M_FORBIDDEN", by: "dan"), Change("403 M_FORBIDDEN", by: "fay"),
        Change("403 M_FORBIDDEN", "join/{alias}", by: "eve"),
      ], hidden: [.closed()]),
    RoomEndpointCases(
      .post, "rooms/{hall}/join", by: "cid", has: #"{"room_id":"{hall}"}"#, takes: .optional,
      successes: [Change("200", "rooms/{open}/join", body: #"{"reason":"x"}"#, by: "eve", has: "{open}")],
      refusals: [Change("404 M_NOT_FOUND", "rooms/!x:elsewhere.example/join")],
      authorization: [Change("403 M_FORBIDDEN", by: "dan"), Change("403 M_FORBIDDEN", by: "fay")],
      hidden: [.closed()]),
    RoomEndpointCases(
      .post, "knock/{door}", by: "eve", has: #"{"room_id":"{door}"}"#, takes: .optional,
      refusals: [
        Change("400 M_INVALID_PARAM", "knock/door"), Change("404 M_NOT_FOUND", "knock/{free}"),
        Change("404 M_NOT_FOUND", "knock/!x:elsewhere.example"),
      ],
      authorization: [
        Change("403 M_FORBIDDEN", "knock/{alias}"), Change("403 M_FORBIDDEN", "knock/{hall}", by: "bob"),
        Change("403 M_FORBIDDEN", "knock/{hall}", by: "dan"),
      ], hidden: [.closed("knock/{hall}")]),
    RoomEndpointCases(
      .post, "rooms/{hall}/leave", by: "bob", has: "{}", takes: .optional,
      successes: [Change("200", by: "cid", has: "{}"), Change("200", by: "fay", has: "{}")],
      authorization: [Change("403 M_FORBIDDEN", by: "dan")], hidden: Change.strangers(["eve"])),
    RoomEndpointCases(
      .post, "rooms/{hall}/forget", by: "fay", has: "{}", successes: [Change("200", by: "dan", has: "{}")],
      refusals: [Change("400 M_UNKNOWN", by: "bob"), Change("400 M_UNKNOWN", by: "cid")],
      hidden: Change.strangers(["eve"])),
    RoomEndpointCases(
      .post, "rooms/{hall}/invite", eve, by: "ann", has: "{}", takes: .objectWithFields,
      refusals: [
        badUser, Change("403 M_FORBIDDEN", body: bob), Change("403 M_FORBIDDEN", body: dan),
        Change(
          "403 M_FORBIDDEN", body: #"{"user_id":"@x:elsewhere.example"}"#, has: "Rooms live on one server"),
      ],
      authorization: [Change("403 M_FORBIDDEN", by: "bob")], hidden: Change.strangers()),
    RoomEndpointCases(
      .post, "rooms/{hall}/kick", bob, by: "ann", has: "{}", takes: .objectWithFields,
      successes: [Change("200", body: cid, has: "{}")],
      refusals: [badUser, Change("403 M_FORBIDDEN", body: eve), Change("400 M_BAD_STATE", body: dan)],
      authorization: [cid, dan, eve].map { Change("403 M_FORBIDDEN", body: $0, by: "bob") },
      hidden: Change.strangers()),
    RoomEndpointCases(
      .post, "rooms/{hall}/ban", bob, by: "ann", has: "{}", takes: .objectWithFields,
      successes: [Change("200", body: eve, has: "{}")], refusals: [badUser],
      authorization: [cid, dan, eve].map { Change("403 M_FORBIDDEN", body: $0, by: "bob") },
      hidden: Change.strangers()),
    RoomEndpointCases(
      .post, "rooms/{hall}/unban", dan, by: "ann", has: "{}", takes: .objectWithFields,
      refusals: [badUser, Change("400 M_BAD_STATE", body: bob), Change("400 M_BAD_STATE", body: eve)],
      authorization: [cid, dan, eve].map { Change("403 M_FORBIDDEN", body: $0, by: "bob") },
      hidden: Change.strangers()),
  ]
}
