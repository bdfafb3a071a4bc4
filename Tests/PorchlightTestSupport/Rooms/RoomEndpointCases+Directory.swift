internal import MatrixWire

/// What users keep about rooms, aliases, and the list that everybody may find rooms in.
extension RoomEndpointCases {
  private static let bobs = "user/@bob:harbor.example/rooms/{hall}"

  static let data = [
    RoomEndpointCases(
      .get, "user/{me}/rooms/{hall}/tags", by: "bob", has: #"{"tags":{}}"#,
      refusals: [Change("400 M_INVALID_PARAM", "user/bob/rooms/{hall}/tags")],
      authorization: [Change("403 M_FORBIDDEN", "\(bobs)/tags", by: "ann")],
      hidden: [Change("200", by: "eve", has: #"{"tags":{}}"#)]),
    RoomEndpointCases(
      .put, "user/{me}/rooms/{hall}/tags/{slash}", #"{"order":0.5}"#, by: "bob", has: "{}", takes: .optional,
      not: .post,
      refusals: [
        Change("400 M_BAD_JSON", body: #"{"order":"first"}"#),
        Change("400 M_INVALID_PARAM", "user/{me}/rooms/{hall}/tags/"),
        Change("400 M_INVALID_PARAM", "user/bob/rooms/{hall}/tags/u.x"),
      ],
      authorization: [Change("403 M_FORBIDDEN", "\(bobs)/tags/u.x", by: "ann")],
      hidden: Change.strangers(["eve"])),
    RoomEndpointCases(
      .delete, "user/{me}/rooms/{hall}/tags/u.x", by: "bob", has: "{}", not: .post,
      refusals: [Change("400 M_INVALID_PARAM", "user/bob/rooms/{hall}/tags/u.x")],
      authorization: [Change("403 M_FORBIDDEN", "\(bobs)/tags/u.x", by: "ann")],
      hidden: Change.strangers(["eve"])),
    RoomEndpointCases(
      .get, "user/{me}/rooms/{hall}/account_data/m.x", by: "bob", has: #"{"n":1}"#,
      refusals: [
        Change("404 M_NOT_FOUND", "user/{me}/rooms/{hall}/account_data/m.none"),
        Change("400 M_INVALID_PARAM", "user/bob/rooms/{hall}/account_data/m.x"),
      ],
      authorization: [Change("403 M_FORBIDDEN", "\(bobs)/account_data/m.x", by: "ann")],
      hidden: [Change("404 M_NOT_FOUND", by: "eve", has: "You keep nothing of that type about the room.")]),
    RoomEndpointCases(
      .put, "user/{me}/rooms/{hall}/account_data/m.y", #"{"n":2}"#, by: "bob", has: "{}", takes: .object,
      refusals: [
        Change("405 M_BAD_JSON", "user/{me}/rooms/{hall}/account_data/m.fully_read"),
        Change("405 M_BAD_JSON", "user/{me}/rooms/{hall}/account_data/m.push_rules"),
        Change("400 M_INVALID_PARAM", "user/{me}/rooms/{hall}/account_data/"),
        Change("400 M_INVALID_PARAM", "user/bob/rooms/{hall}/account_data/m.x"),
        Change("400 M_TOO_LARGE", body: #"{"x":"\#(String(repeating: "x", count: 65_526))"}"#),
      ],
      authorization: [Change("403 M_FORBIDDEN", "\(bobs)/account_data/m.x", by: "ann")],
      hidden: Change.strangers(["eve"])),
  ]

  private static let hall = #"{"room_id":"{hall}"}"#

  static let directory = [
    RoomEndpointCases(
      .get, "directory/room/{alias}", by: .nobody, has: #""room_id":"{hall}""#, not: .post,
      refusals: [
        Change("404 M_NOT_FOUND", "directory/room/{free}"),
        Change("404 M_NOT_FOUND", "directory/room/#x:elsewhere.example"),
      ], authorization: [Change("200", by: "eve", has: #""servers":["harbor.example"]"#)]),
    RoomEndpointCases(
      .put, "directory/room/{free}", hall, by: "bob", has: "{}", takes: .objectWithFields, not: .post,
      refusals: [
        Change("409 M_UNKNOWN", "directory/room/{alias}"), Change("400 M_INVALID_PARAM", "directory/room/x"),
        Change("400 M_INVALID_PARAM", "directory/room/#x:elsewhere.example"),
        Change("400 M_BAD_JSON", body: #"{"room_id":"x"}"#),
      ],
      hidden: Change.strangers() + Change.strangers(["eve"], "directory/room/{alias}")),
    RoomEndpointCases(
      .delete, "directory/room/{alias}", by: "ann", has: "{}", not: .post,
      refusals: [
        Change("404 M_NOT_FOUND", "directory/room/{free}"),
        Change("404 M_NOT_FOUND", "directory/room/#x:elsewhere.example"),
      ], authorization: [Change("403 M_FORBIDDEN", by: "bob"), Change("403 M_FORBIDDEN", by: "eve")]),
    RoomEndpointCases(
      .get, "rooms/{hall}/aliases", by: "bob", has: #"{"aliases":["{alias}"]}"#, hidden: Change.strangers()),
    RoomEndpointCases(
      .get, "directory/list/room/{open}", by: .nobody, has: #"{"visibility":"public"}"#,
      successes: [Change("200", "directory/list/room/{hall}", by: "bob", has: #"{"visibility":"private"}"#)],
      refusals: [
        Change("400 M_INVALID_PARAM", "directory/list/room/hall"),
        Change("404 M_NOT_FOUND", "directory/list/room/!x:elsewhere.example"),
      ],
      authorization: [Change("401 M_UNKNOWN_TOKEN", by: .stranger)],
      hidden: ([.nobody, "cid", "eve", "fay"] as [RoomCase.Asker]).map { asker in
        Change(
          "404 M_NOT_FOUND", "directory/list/room/{hall}", by: asker,
          has: #"{"errcode":"M_NOT_FOUND","error":"The list of this server has no room {hall}."}"#)
      }),
    RoomEndpointCases(
      .put, "directory/list/room/{hall}", #"{"visibility":"public"}"#, by: "ann", has: "{}", takes: .optional,
      successes: [
        Change("200", body: "", has: "{}"), Change("200", body: #"{"visibility":"private"}"#, has: "{}"),
      ],
      refusals: [Change("400 M_BAD_JSON", body: #"{"visibility":"x"}"#)],
      authorization: [Change("403 M_FORBIDDEN", by: "bob")], hidden: Change.strangers()),
    RoomEndpointCases(
      .get, "publicRooms", by: .nobody, has: "{open}", not: .put,
      successes: [
        Change("200", query: ["server": "harbor.example"], has: "{open}"),
        Change("200", query: ["limit": "1"], has: #""total_room_count_estimate":"#),
      ],
      refusals: [
        Change("400 M_INVALID_PARAM", query: ["limit": "x"]),
        Change("400 M_INVALID_PARAM", query: ["since": "x"]),
        Change("403 M_FORBIDDEN", query: ["server": "elsewhere.example"]),
      ], authorization: [Change("200", by: "eve", has: "{open}")]),
    RoomEndpointCases(
      .post, "publicRooms", #"{"filter":{"generic_search_term":"OPEN"}}"#, by: "eve", has: "{open}",
      takes: .optional, not: .put, successes: [Change("200", body: "", has: "{open}")],
      refusals: [
        Change("400 M_BAD_JSON", body: #"{"limit":-1}"#), Change("400 M_BAD_JSON", body: #"{"filter":1}"#),
        Change("400 M_INVALID_PARAM", body: #"{"since":"x"}"#),
        Change("403 M_FORBIDDEN", query: ["server": "elsewhere.example"]),
      ]),
  ]
}
