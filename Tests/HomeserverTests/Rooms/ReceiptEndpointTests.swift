import MatrixWire
import PorchlightTestSupport
import Testing

/// Typing, receipts and read markers.
struct ReceiptEndpointTests {
  private let client: RoomClient
  private let hall: String

  init() throws {
    client = try RoomClient()
    hall = try client.room(#"{"preset":"public_chat"}"#, joined: ["bob"])
  }

  /// The receipts a user is shown, `m.read @bob:harbor.example $event`.
  private func receipts(as name: String) throws -> String {
    try client.done(name, .get, "\(hall)/initialSync", query: ["limit": "0"]).text
  }

  @Test func aReceiptMovesForwardOnly() throws {
    let (first, second) = (try client.say("one", in: hall), try client.say("two", in: hall))
    #expect(try client.done("bob", .post, "\(hall)/receipt/m.read/\(second)").text == "{}")
    #expect(try receipts(as: "ann").contains(#""\#(second)":{"m.read":{"@bob:harbor.example""#))
    #expect(try client.done("bob", .post, "\(hall)/receipt/m.read/\(first)", "{}").text == "{}")
    #expect(try receipts(as: "ann").contains(#""\#(second)":{"m.read":{"@bob:harbor.example""#))
    #expect(try !receipts(as: "ann").contains(first))
  }

  @Test func aPrivateReceiptIsShownToItsUserAlone() throws {
    let event = try client.say("one", in: hall)
    try client.done("bob", .post, "\(hall)/receipt/m.read.private/\(event)", #"{"thread_id":"main"}"#)
    #expect(try receipts(as: "bob").contains("m.read.private"))
    #expect(try !receipts(as: "ann").contains("m.read.private"))
  }

  @Test(arguments: [
    ("m.hidden", "", "400 M_INVALID_PARAM"), ("m.read", #"{"thread_id":""}"#, "400 M_INVALID_PARAM"),
    ("m.read", #"{"thread_id":1}"#, "400 M_BAD_JSON"),
    ("m.fully_read", #"{"thread_id":"main"}"#, "400 M_INVALID_PARAM"),
  ])
  func aReceiptThatIsNoneIsRefused(type: String, body: String, expected: String) throws {
    let event = try client.say("one", in: hall)
    #expect(try client.ask("bob", .post, "\(hall)/receipt/\(type)/\(event)", body).code == expected)
  }

  @Test func onlyEventsOfTheRoomAreRead() throws {
    let elsewhere = try client.say("elsewhere", in: try client.room())
    for event in [elsewhere, "$nothing"] {
      #expect(try client.ask("ann", .post, "\(hall)/receipt/m.read/\(event)").code == "404 M_NOT_FOUND")
      #expect(
        try client.ask("ann", .post, "\(hall)/read_markers", #"{"m.fully_read":"\#(event)"}"#).code
          == "404 M_NOT_FOUND")
    }
  }

  @Test func theReadMarkerIsAccountData() throws {
    let (first, second) = (try client.say("one", in: hall), try client.say("two", in: hall))
    let data = "user/@bob:harbor.example/\(hall)/account_data/m.fully_read"
    #expect(try client.ask("bob", .get, data).code == "404 M_NOT_FOUND")
    try client.done("bob", .post, "\(hall)/read_markers", #"{"m.fully_read":"\#(first)"}"#)
    #expect(try client.done("bob", .get, data).text == #"{"event_id":"\#(first)"}"#)
    try client.done("bob", .post, "\(hall)/receipt/m.fully_read/\(second)")
    #expect(try client.done("bob", .get, data).text == #"{"event_id":"\#(second)"}"#)
    try client.done("bob", .post, "\(hall)/read_markers", #"{"m.fully_read":"\#(first)"}"#)
    #expect(try client.done("bob", .get, data).text == #"{"event_id":"\#(second)"}"#)
  }

  @Test func allMarkersAreSetTogether() throws {
    let event = try client.say("one", in: hall)
    let body = #"{"m.fully_read":"\#(event)","m.read":"\#(event)","m.read.private":"\#(event)"}"#
    #expect(try client.done("bob", .post, "\(hall)/read_markers", body).text == "{}")
    let shown = try receipts(as: "bob")
    #expect(shown.contains(#""m.read":"#) && shown.contains(#""m.read.private":"#))
    #expect(shown.contains(#"{"content":{"event_id":"\#(event)"},"type":"m.fully_read"}"#))
    #expect(try client.done("bob", .post, "\(hall)/read_markers", "{}").text == "{}")
    #expect(try client.ask("bob", .post, "\(hall)/read_markers", #"{"m.read":"x"}"#).code == "400 M_BAD_JSON")
  }

  // MARK: Typing

  @Test func usersSayOfThemselvesThatTheyType() throws {
    let own = "\(hall)/typing/@bob:harbor.example"
    #expect(try client.done("bob", .put, own, #"{"typing":true,"timeout":30000}"#).text == "{}")
    #expect(try typing() == [try client.testClient.server.user("bob")])
    #expect(try client.done("bob", .put, own, #"{"typing":false}"#).text == "{}")
    #expect(try typing() == [])
    #expect(try client.ask("ann", .put, own, #"{"typing":true}"#).code == "403 M_FORBIDDEN")
    #expect(try client.ask("bob", .put, own, "{}").code == "400 M_MISSING_PARAM")
    #expect(try client.ask("bob", .put, own, #"{"typing":true,"timeout":-1}"#).code == "400 M_BAD_JSON")
  }

  private func typing() throws -> [UserID] {
    let sync = try client.done("ann", .get, "sync", query: ["timeout": "0"]).decoded(SyncAnswer.self)
    let room = try RoomID(hall.dropFirst(6)).orThrow("a room")
    for case .typing(let users) in sync.rooms.joined[room]?.ephemeral ?? [] { return users }
    return []
  }
}
