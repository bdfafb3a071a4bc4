import MatrixWire
import Testing

/// The body of `createRoom`.
struct CreateRoomRequestTests {
  private static func read(_ text: String) throws -> CreateRoomRequest {
    try CreateRoomRequest(body: Array(text.utf8))
  }

  @Test func everyFieldIsRead() throws {
    let text =
      #"{"creation_content":{"m.federate":false},"initial_state":[{"content":{"topic":"x"},"state_key":"k","#
      + #""type":"m.odd"}],"invite":["@b:x"],"is_direct":true,"name":"Tea","power_level_content_override":"#
      + #"{"users":{"@a:x":100}},"preset":"trusted_private_chat","room_alias_name":"tea","room_version":"11","#
      + #""topic":"Milk?","visibility":"public"}"#
    let request = try Self.read(text)
    #expect(String(decoding: request.body, as: UTF8.self) == text)
    #expect(request.invite == [try user("@b:x")])
    #expect(request.preset == .trustedPrivateChat && request.visibility == .public && request.isDirect)
    #expect(request.initialState.map(\.stateKey) == ["k"])
    #expect(request.creationContent?.bytes == Array(#"{"m.federate":false}"#.utf8))
  }

  @Test(arguments: [
    "", "{}", #"{"name":null,"invite":null,"preset":null,"creation_content":null,"org.example":[1]}"#,
    #"{"invite":[],"invite_3pid":[],"initial_state":[],"is_direct":false}"#,
  ])
  func whatIsAbsentIsNotAskedFor(text: String) throws {
    #expect(try Self.read(text) == CreateRoomRequest())
  }

  @Test func aStateKeyIsEmptyWhereItIsAbsent() throws {
    let request = try Self.read(#"{"initial_state":[{"type":"m.room.guest_access","content":{}}]}"#)
    #expect(request.initialState == [InitialState(type: "m.room.guest_access", content: .init())])
  }

  @Test(arguments: [
    ("[]", "The body is not a JSON object."), (#"{"name":7}"#, "Wrong type at 'name'."),
    (#"{"is_direct":"true"}"#, "Wrong type at 'is_direct'."),
    (#"{"invite":"@a:x"}"#, "Wrong type at 'invite'."),
    (#"{"invite":["@a:x",7]}"#, "Wrong type at 'invite.1'."),
    (#"{"invite":["a"]}"#, "Bad value at 'invite.0': 'a' is not a valid UserID"),
    (#"{"preset":"odd"}"#, "Bad value at 'preset': 'odd' is not a valid RoomPreset"),
    (#"{"visibility":"odd"}"#, "Bad value at 'visibility': 'odd' is not a valid RoomVisibility"),
    (#"{"initial_state":{}}"#, "Wrong type at 'initial_state'."),
    (#"{"initial_state":[7]}"#, "Wrong type at 'initial_state.0'."),
    (#"{"initial_state":[{"type":"a","content":{}},{"type":7}]}"#, "Wrong type at 'initial_state.1.type'."),
    (#"{"initial_state":[{"type":"a","content":[]}]}"#, "Wrong type at 'initial_state.0.content'."),
    (#"{"room_version":11}"#, "Wrong type at 'room_version'."),
    (#"{"power_level_content_override":[]}"#, "Wrong type at 'power_level_content_override'."),
  ])
  func aMalformedFieldIsNamed(text: String, message: String) {
    let error = #expect(throws: MatrixError.self) { try Self.read(text) }
    #expect(error == MatrixError(.badJSON, message))
  }

  @Test(arguments: [
    (#"{"initial_state":[{"content":{}}]}"#, "M_MISSING_PARAM"),
    (#"{"initial_state":[{"type":"a"}]}"#, "M_MISSING_PARAM"), ("{", "M_NOT_JSON"), ("\u{1}", "M_NOT_JSON"),
    (#"{"initial_state":[{"type":"a","content":{"x":1.5}}]}"#, "M_BAD_JSON"),
    (#"{"name":"a","name":"b"}"#, "M_BAD_JSON"), (#"{"x":1e400}"#, "M_BAD_JSON"),
    (#"{"invite_3pid":[{"medium":"email"}]}"#, "M_INVALID_PARAM"),
    (String(repeating: #"{"a":"#, count: 5_000), "M_BAD_JSON"),
  ])
  func aMalformedBodyIsRefused(text: String, code: String) {
    let error = #expect(throws: MatrixError.self) { try Self.read(text) }
    #expect(error?.code.rawValue == code)
  }

  @Test(arguments: [("invite", #""@a:x""#), ("initial_state", #"{"type":"a","content":{}}"#)])
  func oneRequestNamesAHundred(field: String, element: String) throws {
    func text(_ count: Int) -> String {
      "{\"\(field)\":[\(Array(repeating: element, count: count).joined(separator: ","))]}"
    }
    _ = try Self.read(text(100))
    let error = #expect(throws: MatrixError.self) { try Self.read(text(101)) }
    #expect(error == MatrixError(.tooLarge, "'\(field)' may have 100 elements; this one has 101."))
  }

  @Test(arguments: [
    (#"{ "b": 1e2, "a": -0 }"#, #"{"a":0,"b":100}"#, "-"), (#"{"a":1.5}"#, "", "M_BAD_JSON"),
    (#"{"a":9007199254740992}"#, "", "M_BAD_JSON"), ("[]", "", "M_BAD_JSON"), ("", "", "M_NOT_JSON"),
    ("{\"a\":\"\(String(repeating: "x", count: 65_529))\"}", "", "M_TOO_LARGE"),
  ])
  func theContentOfAnEventHasACanonicalForm(text: String, canonical: String, code: String) {
    do throws(MatrixError) {
      let object = try CanonicalJSON.Object(eventContent: Array(text.utf8))
      #expect(object.bytes == Array(canonical.utf8))
    } catch {
      #expect(error.code.rawValue == code)
    }
  }
}
