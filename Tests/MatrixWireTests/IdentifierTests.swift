import MatrixWire
import Testing

/// Server names and user IDs (Protocol 1.1).
struct IdentifierTests {
  // MARK: Server names

  @Test(arguments: [
    "porch.example", "PORCH.example", "localhost", "localhost:8448", "1.2.3.4", "1.2.3.4:1", "[::1]",
    "[2001:db8::ff00:42]:8448", "[::ffff:1.2.3.4]", "a", "a-b.c-d:99999", String(repeating: "a", count: 230),
  ])
  func aServerNameIsAccepted(text: String) {
    #expect(ServerName(text)?.rawValue == text)
  }

  @Test(arguments: [
    "", ":8448", "porch.example:", "porch.example:123456", "porch.example:80a", "porch.example:80:80", "a b",
    "porch_light", "pörch.example", "[::1", "::1", "[]", "[::g]", "[::1]8448", "[::1]:", "a/b", "@a", "a\n",
    String(repeating: "a", count: 231),
  ])
  func aServerNameIsRefused(text: String) {
    #expect(ServerName(text) == nil)
  }

  @Test func serverNamesDifferByCase() {
    #expect(ServerName("Porch.example") != ServerName("porch.example"))
  }

  // MARK: User IDs

  @Test(arguments: [
    ("@bob:porch.example", "bob", "porch.example"), ("@bob:porch.example:8448", "bob", "porch.example:8448"),
    ("@bob:[::1]:8448", "bob", "[::1]:8448"), ("@:porch.example", "", "porch.example"),
    ("@Böb Ünal:porch.example", "Böb Ünal", "porch.example"), ("@a/b+c=d:e", "a/b+c=d", "e"),
    ("@@bob:porch.example", "@bob", "porch.example"), ("@💡:p", "💡", "p"), ("@\u{301}a:p", "\u{301}a", "p"),
  ])
  func aUserIDSplitsAtTheFirstColon(text: String, localpart: String, server: String) throws {
    let user = try user(text)
    #expect(String(user.localpart) == localpart)
    #expect(user.server.rawValue == server)
    #expect(user.rawValue == text)
  }

  @Test(arguments: [
    "", "@", "bob", "@bob", "bob:porch.example", "@bob:", "@b\0b:porch.example", "@bob:porch example",
    "@bob:porch.example:x", "!room:porch.example", " @bob:porch.example",
  ])
  func aUserIDIsRefused(text: String) {
    #expect(UserID(text) == nil)
  }

  @Test(arguments: [(240, true), (241, false)])
  func aUserIDHasAtMost255Bytes(localpart length: Int, accepted: Bool) {
    let text = "@" + String(repeating: "a", count: length) + ":porch.example"
    #expect((UserID(text) != nil) == accepted)
  }

  @Test func theLimitCountsBytesNotCharacters() {
    #expect(UserID("@" + String(repeating: "é", count: 121) + ":porch.example") == nil)
  }

  @Test(arguments: [("bob", true), ("b:b", false), ("b\0b", false), ("", true)])
  func aUserIDIsMadeOfALocalpartAndAServer(localpart: String, accepted: Bool) throws {
    let server = try #require(ServerName("porch.example"))
    #expect((UserID(localpart: localpart, server: server) != nil) == accepted)
  }

  @Test(arguments: [
    ("bob", true), ("b0b.b_b=b-b/b+b", true), ("", false), ("Bob", false), ("böb", false), ("b b", false),
  ])
  func onlyTodaysGrammarMayRegister(localpart: String, accepted: Bool) throws {
    #expect(try user("@\(localpart):porch.example").isValidForRegistration == accepted)
  }

  /// Swift holds both spellings of é for the same text; the specification holds them for two people.
  @Test func canonicallyEquivalentNamesAreDifferentPeople() throws {
    let composed = try user("@\u{E9}ve:p")
    let decomposed = try user("@e\u{301}ve:p")
    #expect(composed != decomposed)
    #expect(Set([composed, decomposed]).count == 2)
    // Or thousands of spellings would make a set slow.
    #expect(composed.hashValue != decomposed.hashValue)
  }

  @Test func canonicallyEquivalentNamesAreDifferentDevices() throws {
    let composed = try #require(DeviceID("\u{E9}"))
    let decomposed = try #require(DeviceID("e\u{301}"))
    #expect(composed != decomposed)
  }

  @Test func userIDsSortByCodePoint() throws {
    let names = ["Z", "a", "e\u{301}", "z", "\u{E9}", "\u{FFFD}", "💡"]
    let sorted = try names.map { try user("@\($0):p") }
    #expect(sorted.shuffled().sorted() == sorted)
  }

  @Test func aMalformedUserIDIsRefusedInJSON() {
    let error = #expect(throws: MatrixError.self) { try decode(#"["bob"]"#, as: [UserID].self) }
    #expect(error?.code == .badJSON)
  }

  // MARK: Tokens and devices

  @Test(arguments: [(0, false), (1, true), (255, true), (256, false)])
  func aDeviceNameHasOneTo255Bytes(length: Int, accepted: Bool) {
    #expect((DeviceID(String(repeating: "d", count: length)) != nil) == accepted)
  }

  @Test func anAccessTokenNeverShowsInADescription() throws {
    let token = try #require(AccessToken("s3cret"))
    let request = WireRequest(.get, ["x"], accessToken: token)
    #expect(!"\(token) \(request) \(String(reflecting: request))".contains("s3cret"))
  }

  @Test(arguments: [
    ("desktop", true), ("bot", true), ("chat.fridge", true), ("a.b-c_9", true), ("fridge", false),
    ("", false),
    ("Chat.fridge", false), (".fridge", false), ("chat fridge.x", false), ("9.x", false),
  ])
  func aDeviceTypeIsKnownOrNamespaced(text: String, accepted: Bool) {
    #expect((DeviceType(text) != nil) == accepted)
  }
}
