import MatrixWire
import PorchlightTestSupport
import Testing

/// Tags and account data of rooms.
struct RoomDataTests {
  private let client: RoomClient
  private let own: String

  init() throws {
    client = try RoomClient()
    own = "user/@ann:harbor.example/\(try client.room(joined: ["bob"]))"
  }

  @Test func tagsAreSetAndTakenAway() throws {
    #expect(try client.done("ann", .get, "\(own)/tags").text == #"{"tags":{}}"#)
    #expect(try client.done("ann", .put, "\(own)/tags/m.favourite", #"{"order":0.25}"#).text == "{}")
    #expect(try client.done("ann", .put, "\(own)/tags/u.work", "{}").text == "{}")
    #expect(
      try client.done("ann", .get, "\(own)/tags").text
        == #"{"tags":{"m.favourite":{"order":0.25},"u.work":{}}}"#)
    #expect(try client.done("ann", .delete, "\(own)/tags/u.work").text == "{}")
    #expect(try client.done("ann", .delete, "\(own)/tags/u.work").text == "{}")
    #expect(try client.done("ann", .get, "\(own)/tags").text == #"{"tags":{"m.favourite":{"order":0.25}}}"#)
    #expect(
      try client.done("ann", .get, "\(own)/account_data/m.tag").text
        == #"{"tags":{"m.favourite":{"order":0.25}}}"#)
  }

  @Test(arguments: [
    ("[]", "400 M_BAD_JSON"), ("{", "400 M_NOT_JSON"), (#"{"order":"first"}"#, "400 M_BAD_JSON"),
  ])
  func aTagThatIsNoneIsRefused(body: String, expected: String) throws {
    #expect(try client.ask("ann", .put, "\(own)/tags/u.work", body).code == expected)
    #expect(try client.done("ann", .get, "\(own)/tags").text == #"{"tags":{}}"#)
  }

  @Test func aRoomHasAHundredTags() throws {
    for number in 0..<RoomTags.most { try client.done("ann", .put, "\(own)/tags/u.\(number)", "{}") }
    #expect(try client.ask("ann", .put, "\(own)/tags/u.more", "{}").code == "400 M_TOO_LARGE")
  }

  @Test func dataComesBackByteByByte() throws {
    let content = #"{ "n": 1.50 }"#
    #expect(try client.ask("ann", .get, "\(own)/account_data/m.x").code == "404 M_NOT_FOUND")
    #expect(try client.done("ann", .put, "\(own)/account_data/m.x", content).text == "{}")
    #expect(try client.done("ann", .get, "\(own)/account_data/m.x").text == content)
    #expect(try client.ask("ann", .put, "\(own)/account_data/m.x", "[]").code == "400 M_BAD_JSON")
    #expect(try client.ask("ann", .put, "\(own)/account_data/", "{}").code == "400 M_INVALID_PARAM")
    for type in ["m.fully_read", "m.push_rules"] {
      #expect(try client.ask("ann", .put, "\(own)/account_data/\(type)", "{}").code == "405 M_BAD_JSON")
    }
  }

  @Test func whatAUserKeepsIsTheirsAlone() throws {
    for path in ["tags", "account_data/m.x"] {
      #expect(try client.ask("bob", .get, "\(own)/\(path)").code == "403 M_FORBIDDEN")
    }
    for path in ["tags/u.x", "account_data/m.x"] {
      #expect(try client.ask("bob", .put, "\(own)/\(path)", "{}").code == "403 M_FORBIDDEN")
    }
    #expect(try client.ask("bob", .delete, "\(own)/tags/u.x").code == "403 M_FORBIDDEN")
  }

  @Test func nothingIsKeptAboutRoomsAUserNeverWasIn() throws {
    let cid = "user/@cid:harbor.example"
    for room in [String(own.dropFirst(25)), "rooms/!none:harbor.example"] {
      #expect(try client.ask("cid", .put, "\(cid)/\(room)/tags/u.x", "{}").code == "403 M_FORBIDDEN")
      #expect(try client.ask("cid", .put, "\(cid)/\(room)/account_data/m.x", "{}").code == "403 M_FORBIDDEN")
      #expect(try client.done("cid", .get, "\(cid)/\(room)/tags").text == #"{"tags":{}}"#)
      #expect(try client.ask("cid", .get, "\(cid)/\(room)/account_data/m.x").code == "404 M_NOT_FOUND")
    }
  }
}
