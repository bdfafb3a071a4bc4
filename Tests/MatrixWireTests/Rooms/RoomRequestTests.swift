import MatrixWire
import Testing

/// Bodies of requests to rooms.
struct RoomRequestTests {
  /// What a body of that type is read as, written again; or the code and the text it is refused with.
  private static func read<Body: Codable>(_ type: Body.Type, _ text: String) -> String {
    do throws(MatrixError) {
      return json(try WireJSON.decode(type, fromOptional: Array(text.utf8)))
    } catch {
      return "\(error.code): \(error.message)"
    }
  }

  @Test(arguments: [
    ("", "{}"), ("{}", "{}"), (#"{"reason":null,"x":1}"#, "{}"), (#"{"reason":"bye"}"#, #"{"reason":"bye"}"#),
    (#"{"reason":7}"#, "M_BAD_JSON: Wrong type at 'reason'."), ("x", "M_NOT_JSON: The body is not JSON."),
  ])
  func aReasonMayBeLeftOut(text: String, result: String) {
    #expect(Self.read(ReasonRequest.self, text) == result)
  }

  @Test(arguments: [
    (#"{"user_id":"@a:x"}"#, #"{"user_id":"@a:x"}"#),
    (#"{"user_id":"@a:x","reason":"r"}"#, #"{"reason":"r","user_id":"@a:x"}"#),
    ("", "M_MISSING_PARAM: Missing field 'user_id'."),
    (#"{"user_id":"a"}"#, "M_BAD_JSON: Bad value at 'user_id': 'a' is not a valid UserID"),
    (#"{"user_id":7}"#, "M_BAD_JSON: Wrong type at 'user_id'."),
    (#"{"medium":"email","address":"a@b"}"#, "M_MISSING_PARAM: Missing field 'user_id'."),
  ])
  func aMembershipIsThatOfAUser(text: String, result: String) {
    #expect(Self.read(MembershipRequest.self, text) == result)
  }

  @Test(arguments: [
    (#"{"typing":true}"#, 30_000), (#"{"typing":true,"timeout":0}"#, 0),
    (#"{"typing":true,"timeout":5.0}"#, 5),
    (#"{"typing":true,"timeout":999999999}"#, 120_000), (#"{"typing":false,"timeout":5}"#, nil),
  ])
  func typingLastsNoLongerThanTwoMinutes(text: String, timeout: Int?) throws {
    #expect(try decode(text) == TypingRequest(timeout: timeout))
    #expect(try decode(json(TypingRequest(timeout: timeout))) == TypingRequest(timeout: timeout))
  }

  @Test(arguments: [
    ("{}", "M_MISSING_PARAM: Missing field 'typing'."),
    (#"{"typing":1}"#, "M_BAD_JSON: Wrong type at 'typing'."),
    (
      #"{"typing":true,"timeout":-1}"#,
      "M_BAD_JSON: Bad value at 'timeout': a timeout is 0 milliseconds or more"
    ),
    (#"{"typing":true,"timeout":"5"}"#, "M_BAD_JSON: Wrong type at 'timeout'."),
  ])
  func typingThatMakesNoSenseIsRefused(text: String, result: String) {
    #expect(Self.read(TypingRequest.self, text) == result)
  }

  @Test(arguments: [
    ("", "{}"), (#"{"thread_id":"main"}"#, #"{"thread_id":"main"}"#),
    (#"{"thread_id":"$e"}"#, #"{"thread_id":"$e"}"#),
    (#"{"thread_id":""}"#, "M_INVALID_PARAM: 'thread_id' is not 'main' and not the ID of an event."),
    (#"{"thread_id":7}"#, "M_BAD_JSON: Wrong type at 'thread_id'."),
  ])
  func aReceiptMayNameAThread(text: String, result: String) {
    #expect(Self.read(ReceiptRequest.self, text) == result)
  }

  @Test(arguments: [
    ("{}", "{}"), (#"{"m.fully_read":"$a","m.read":"$b","m.read.private":"$c"}"#, nil),
    (#"{"m.read":"b"}"#, "M_BAD_JSON: Bad value at 'm.read': 'b' is not a valid EventID"),
  ])
  func readMarkersNameEvents(text: String, result: String?) {
    #expect(Self.read(ReadMarkersRequest.self, text) == result ?? text)
  }

  @Test(arguments: [
    (#"{"room_id":"!a:x"}"#, #"{"room_id":"!a:x"}"#), ("{}", "M_MISSING_PARAM: Missing field 'room_id'."),
    (#"{"room_id":"a"}"#, "M_BAD_JSON: Bad value at 'room_id': 'a' is not a valid RoomID"),
  ])
  func anAliasIsOfARoom(text: String, result: String) {
    #expect(Self.read(RoomAliasRequest.self, text) == result)
    #expect(Self.read(RoomIDAnswer.self, text) == result)
  }

  @Test(arguments: [
    ("{}", #"{"visibility":"public"}"#), (#"{"visibility":"private"}"#, #"{"visibility":"private"}"#),
    (
      #"{"visibility":"x"}"#,
      "M_BAD_JSON: Bad value at 'visibility': Cannot initialize RoomVisibility from invalid String value x"
    ),
  ])
  func aRoomIsListedByDefault(text: String, result: String) {
    #expect(Self.read(DirectoryVisibility.self, text) == result)
  }

  @Test(arguments: [
    ("", "{}"), (#"{"filter":null}"#, "{}"), (#"{"filter":{}}"#, "{}"),
    (#"{"limit":9999}"#, #"{"limit":500}"#),
    (#"{"filter":{"generic_search_term":"t","room_types":[null,"m.space"]},"limit":0,"since":"s"}"#, nil),
    (#"{"third_party_instance_id":"irc"}"#, nil),
    (#"{"limit":-1}"#, "M_BAD_JSON: Bad value at 'limit': a limit is 0 or more"),
    (#"{"filter":7}"#, "M_BAD_JSON: Wrong type at 'filter'."),
    (#"{"filter":{"generic_search_term":7}}"#, "M_BAD_JSON: Wrong type at 'filter.generic_search_term'."),
    (#"{"filter":{"room_types":[7]}}"#, "M_BAD_JSON: Wrong type at 'filter.room_types.0'."),
  ])
  func thePublicListIsSearched(text: String, result: String?) {
    #expect(Self.read(PublicRoomsRequest.self, text) == result ?? text)
  }

  @Test func aMalformedServerOfAnAliasIsPassedOver() throws {
    let answer: RoomAliasAnswer = try decode(#"{"room_id":"!a:x","servers":["x",7,"/"]}"#)
    #expect(answer.servers.map(\.rawValue) == ["x"])
    let rooms: JoinedRoomsAnswer = try decode(#"{"joined_rooms":["!a:x",7,"b"]}"#)
    #expect(rooms.rooms == [try .named("!a:x")])
  }
}
