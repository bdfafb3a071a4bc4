import MatrixWire
import Testing

/// Contents of `m.presence`: exact out, lenient in (Protocol 3.2, 3.5, E8, E9).
struct PresenceContentTests {
  // MARK: Out

  @Test func onlyWhatIsKnownIsWritten() {
    #expect(json(PresenceContent(state: .online)) == #"{"presence":"online"}"#)
  }

  @Test func everythingKnownIsWritten() throws {
    let content = PresenceContent(
      state: .busy, lastActiveAgo: 31_053, currentlyActive: true, statusMessage: "a/b", displayName: "Bob",
      avatarURL: "mxc://p/x", deviceTypes: [.mobile, .terminal], idleAgo: 5, unknownReason: .pending,
      choice: .busy)
    let expected =
      #"{"avatar_url":"mxc://p/x","chat.porchlight.choice":"busy","#
      + #""chat.porchlight.device_types":["mobile","terminal"],"chat.porchlight.idle_ago":5,"#
      + #""chat.porchlight.presence":"busy","chat.porchlight.unknown_reason":"pending","#
      + #""currently_active":true,"displayname":"Bob","last_active_ago":31053,"presence":"online","#
      + #""status_msg":"a/b"}"#
    #expect(json(content) == expected)
    #expect(try decode(expected) == content)
  }

  @Test(arguments: [
    (PresenceState.freeForChat, "online"), (.hidden, "offline"), (.unknown, "offline"),
    (.other("dnd"), "offline"),
  ])
  func theExactStateStandsBesideAStandardOne(state: PresenceState, standard: String) throws {
    let text = json(PresenceContent(state: state))
    #expect(text == #"{"chat.porchlight.presence":"\#(state.wire)","presence":"\#(standard)"}"#)
    #expect(try decode(text) == PresenceContent(state: state))
  }

  // MARK: In

  @Test func nullsAreAbsent() throws {
    let text = """
      {"presence":"online","last_active_ago":null,"currently_active":null,"status_msg":null,"displayname":null,
       "avatar_url":null,"chat.porchlight.device_types":null,"chat.porchlight.idle_ago":null,
       "chat.porchlight.presence":null,"chat.porchlight.unknown_reason":null,"chat.porchlight.choice":null}
      """
    #expect(try decode(text) == PresenceContent(state: .online))
  }

  @Test func wrongTypesAreAbsent() throws {
    let text = """
      {"presence":"online","last_active_ago":"5","currently_active":1,"status_msg":{"a":[]},"displayname":7,
       "avatar_url":[],"chat.porchlight.device_types":"web","chat.porchlight.idle_ago":true,
       "chat.porchlight.presence":2,"chat.porchlight.unknown_reason":"mood","more":"keys"}
      """
    #expect(try decode(text) == PresenceContent(state: .online))
  }

  static let ages: [(String, Int?)] = [
    ("31053", 31_053), ("31053.0", 31_053), ("2.6", 3), ("1e3", 1000), ("0", 0), ("-5", 0), ("-1e300", 0),
    ("315360000000", 315_360_000_000), ("315360000001", nil), ("9223372036854775807", nil), ("1e300", nil),
    ("1e999", nil),
  ]

  @Test(arguments: ages)
  func agesAreAnyNumberWithinReason(number: String, age: Int?) throws {
    let content: PresenceContent = try decode(#"{"presence":"offline","last_active_ago":\#(number)}"#)
    #expect(content.lastActiveAgo == age)
  }

  @Test func aStateNobodyKnowsSurvives() throws {
    #expect(try decode(#"{"presence":"dnd"}"#) == PresenceContent(state: .other("dnd")))
  }

  @Test func anUnknownDeviceTypeDoesNotCostItsNeighbours() throws {
    let content: PresenceContent = try decode(
      #"{"presence":"online","chat.porchlight.device_types":["web",7,"Fridge",null,"chat.fridge"]}"#)
    #expect(content.deviceTypes.map(\.rawValue) == ["web", "chat.fridge"])
  }

  @Test(arguments: ["{}", #"{"presence":null}"#, #"{"presence":3}"#, "[]", "null"])
  func aStateIsRequired(text: String) {
    #expect(throws: MatrixError.self) { try decode(text, as: PresenceContent.self) }
  }
}
