internal import MatrixWire

/// Sending, redacting and reading.
extension RoomEndpointCases {
  private static let hello = #"{"msgtype":"m.text","body":"hello"}"#
  private static let large = #"{"x":"\#(String(repeating: "x", count: 65_300))"}"#
  private static let badLimit = Change("400 M_INVALID_PARAM", query: ["limit": "-1"])
  private static let badFilter = Change("400 M_NOT_JSON", query: ["filter": "x"])
  private static let filterOfAnotherType = Change("400 M_BAD_JSON", query: ["filter": "[]"])

  static let events = [
    RoomEndpointCases(
      .put, "rooms/{hall}/send/m.room.message/1", hello, by: "bob", has: #""event_id":"$"#, takes: .object,
      refusals: [
        Change("400 M_BAD_JSON", body: #"{"n":0.5}"#), Change("400 M_TOO_LARGE", body: large),
        Change("400 M_INVALID_PARAM", "rooms/{hall}/send/m.room.message/"),
        Change("400 M_INVALID_PARAM", "rooms/{hall}/send/m.room.redaction/2"),
        Change("400 M_INVALID_PARAM", "rooms/{hall}/send//2"),
      ],
      authorization: [Change("403 M_FORBIDDEN", "rooms/{hall}/send/m.room.server_acl/1")],
      hidden: Change.strangers()),
    RoomEndpointCases(
      .post, "rooms/{hall}/send/m.room.message", hello, by: "bob", has: #""event_id":"$"#, takes: .object,
      refusals: [
        Change("400 M_BAD_JSON", body: #"{"n":0.5}"#), Change("400 M_TOO_LARGE", body: large),
        Change("400 M_INVALID_PARAM", "rooms/{hall}/send/m.room.redaction"),
        Change("400 M_INVALID_PARAM", "rooms/{hall}/send/"),
      ],
      authorization: [Change("403 M_FORBIDDEN", "rooms/{hall}/send/m.room.server_acl")],
      hidden: Change.strangers()),
    redaction(.put, "/1"), redaction(.post, ""),
    RoomEndpointCases(
      .get, "rooms/{hall}/event/{event}", by: "bob", has: "said by ann",
      successes: [Change("200", by: "fay", has: "said by ann")],
      refusals: [
        Change("404 M_NOT_FOUND", "rooms/{hall}/event/$none"),
        Change("404 M_NOT_FOUND", "rooms/{hall}/event/{elsewhere}"),
      ],
      authorization: [Change("404 M_NOT_FOUND", "rooms/{hall}/event/{bobs}", by: "fay")],
      // Not 403: this endpoint says neither whether there is a room nor whether there is an event.
      hidden: ["cid", "dan", "eve"].map { name in
        Change(
          "404 M_NOT_FOUND", by: .user(name),
          has:
            #"{"errcode":"M_NOT_FOUND","error":"There is no event {event} in this room that you may read."}"#)
      }),
    RoomEndpointCases(
      .get, "rooms/{hall}/messages", query: ["dir": "b"], by: "bob", has: "said by ann",
      successes: [
        Change("200", query: ["dir": "f"], has: "m.room.create"),
        Change("200", by: "fay", has: "said by ann"),
        Change("200", query: ["dir": "b", "filter": #"{"types":["m.room.name"]}"#], has: "Hall"),
      ],
      refusals: [
        Change("400 M_MISSING_PARAM", query: [:]), Change("400 M_INVALID_PARAM", query: ["dir": "x"]),
        Change("400 M_INVALID_PARAM", query: ["dir": "b", "from": "x"]),
        Change("400 M_INVALID_PARAM", query: ["dir": "b", "to": "t1"]),
        Change("400 M_INVALID_PARAM", query: ["dir": "b", "limit": "-1"]),
        Change("400 M_NOT_JSON", query: ["dir": "b", "filter": "x"]),
        Change("400 M_BAD_JSON", query: ["dir": "b", "filter": "[]"]),
      ], hidden: Change.strangers(["cid", "dan", "eve"])),
    RoomEndpointCases(
      .get, "rooms/{hall}/context/{event}", by: "bob", has: #""events_before":[{"#,
      successes: [
        Change("200", query: ["limit": "0"], has: "said by ann"),
        Change("200", by: "fay", has: "said by ann"),
      ],
      refusals: [
        badLimit, badFilter, filterOfAnotherType, Change("404 M_NOT_FOUND", "rooms/{hall}/context/$none"),
        Change("404 M_NOT_FOUND", "rooms/{hall}/context/{elsewhere}"),
      ],
      authorization: [Change("404 M_NOT_FOUND", "rooms/{hall}/context/{bobs}", by: "fay")],
      hidden: Change.strangers(["cid", "dan", "eve"])),
    RoomEndpointCases(
      .get, "rooms/{hall}/initialSync", by: "bob", has: "said by ann",
      successes: [Change("200", query: ["limit": "1"], by: "fay", has: #""membership":"leave""#)],
      refusals: [badLimit], hidden: Change.strangers(["cid", "dan", "eve"])),
  ]

  private static func redaction(_ method: WireRequest.Method, _ end: String) -> RoomEndpointCases {
    RoomEndpointCases(
      method, "rooms/{hall}/redact/{event}\(end)", #"{"reason":"x"}"#, by: "ann", has: #""event_id":"$"#,
      takes: .optional,
      successes: [
        Change("200", "rooms/{hall}/redact/{bobs}\(end)", has: "event_id"),
        Change("200", "rooms/{hall}/redact/{bobs}\(end)", by: "bob", has: "event_id"),
      ],
      refusals: [
        Change("404 M_NOT_FOUND", "rooms/{hall}/redact/$none\(end)"),
        Change("404 M_NOT_FOUND", "rooms/{hall}/redact/{elsewhere}\(end)"),
        Change("400 M_BAD_JSON", body: #"{"reason":1}"#),
      ], authorization: [Change("403 M_FORBIDDEN", by: "bob")], hidden: Change.strangers())
  }

  static let receipts = [
    RoomEndpointCases(
      .put, "rooms/{hall}/typing/{me}", #"{"typing":true,"timeout":1000}"#, by: "bob", has: "{}",
      takes: .objectWithFields, successes: [Change("200", body: #"{"typing":false}"#, has: "{}")],
      refusals: [
        Change("400 M_BAD_JSON", body: #"{"typing":true,"timeout":-1}"#),
        Change("400 M_BAD_JSON", body: #"{"typing":1}"#),
        Change("400 M_INVALID_PARAM", "rooms/{hall}/typing/bob"),
      ],
      authorization: [Change("403 M_FORBIDDEN", "rooms/{hall}/typing/@bob:harbor.example", by: "ann")],
      hidden: Change.strangers()),
    RoomEndpointCases(
      .post, "rooms/{hall}/receipt/m.read/{event}", by: "bob", has: "{}", takes: .optional,
      successes: [
        Change(
          "200", "rooms/{hall}/receipt/m.read.private/{event}", body: #"{"thread_id":"main"}"#, has: "{}"),
        Change("200", "rooms/{hall}/receipt/m.fully_read/{event}", has: "{}"),
      ],
      refusals: [
        Change("400 M_INVALID_PARAM", "rooms/{hall}/receipt/m.hidden/{event}"),
        Change("400 M_INVALID_PARAM", body: #"{"thread_id":""}"#),
        Change("400 M_BAD_JSON", body: #"{"thread_id":1}"#),
        Change(
          "400 M_INVALID_PARAM", "rooms/{hall}/receipt/m.fully_read/{event}", body: #"{"thread_id":"main"}"#),
        Change("404 M_NOT_FOUND", "rooms/{hall}/receipt/m.read/$none"),
        Change("404 M_NOT_FOUND", "rooms/{hall}/receipt/m.read/{elsewhere}"),
      ], hidden: Change.strangers()),
    RoomEndpointCases(
      .post, "rooms/{hall}/read_markers", #"{"m.fully_read":"{event}","m.read":"{event}"}"#, by: "bob",
      has: "{}",
      takes: .object, successes: [Change("200", body: "{}", has: "{}")],
      refusals: [
        Change("400 M_BAD_JSON", body: #"{"m.read":"x"}"#),
        Change("400 M_BAD_JSON", body: #"{"m.fully_read":1}"#),
        Change("404 M_NOT_FOUND", body: #"{"m.fully_read":"$none"}"#),
        Change("404 M_NOT_FOUND", body: #"{"m.read.private":"{elsewhere}"}"#),
      ], hidden: Change.strangers()),
  ]
}
