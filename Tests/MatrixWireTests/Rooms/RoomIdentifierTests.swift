import MatrixWire
import Ports
import Testing

/// Room IDs, event IDs and aliases (Protocol 1.1).
struct RoomIdentifierTests {
  private static let hashed =
    "$" + String(repeating: "A", count: 20) + "-_z" + String(repeating: "9", count: 19) + "8"
  private static let longest = String(repeating: "a", count: 254)

  @Test(arguments: ["!a", "!a:porch.example", "!Ä:[::1]:8448", "!:", "!a:b:c", "!\(longest)"])
  func aRoomIDIsAccepted(text: String) {
    #expect(RoomID(text)?.rawValue == text)
  }

  @Test(arguments: ["", "!", "a", "#a:b", "$a", "!a\0", "!\(longest)a"])
  func aRoomIDIsRefused(text: String) {
    #expect(RoomID(text) == nil)
  }

  @Test func roomIDsCompareByBytes() throws {
    let composed = try #require(RoomID("!\u{e9}:p"))
    let decomposed = try #require(RoomID("!e\u{301}:p"))
    #expect(composed != decomposed)
    #expect(decomposed < composed)
    #expect(composed == RoomID("!\u{e9}:p"))
    #expect(Set([composed, decomposed, composed]).count == 2)
  }

  @Test func aNewRoomIDNamesItsServerAndIsNotTheLastOne() throws {
    var random = SeededGenerator(seed: 1)
    let server = try #require(ServerName("porch.example:8448"))
    let first = try #require(RoomID(on: server, using: &random))
    let second = try #require(RoomID(on: server, using: &random))
    #expect(first != second)
    #expect(first.rawValue.hasSuffix(":porch.example:8448"))
    #expect(first.rawValue.utf8.count == 1 + 18 + 1 + server.rawValue.utf8.count)
  }

  @Test(arguments: [
    "$a", "$a:porch.example", hashed, "$" + String(repeating: "A", count: 43),
    // One that differs from a hash in bits that mean nothing, one with the other alphabet, one that is too short.
    "$" + String(repeating: "A", count: 42) + "B", "$" + String(repeating: "+", count: 43),
    "$" + String(repeating: "A", count: 42), "$" + String(repeating: "A", count: 43) + "=", "$é",
    "$\(longest)",
  ])
  func anEventIDIsAcceptedAndWrittenAsItWas(text: String) throws {
    let event = try #require(EventID(text))
    #expect(event.rawValue == text)
    #expect(try decode(json(event)) == event)
  }

  @Test(arguments: ["", "$", "a", "!a", "$a\0", "$\(longest)a"])
  func anEventIDIsRefused(text: String) {
    #expect(EventID(text) == nil)
  }

  @Test func anEventIDIsTheHashOfItsEventInURLSafeBase64() throws {
    let event = try #require(EventID(hash: [0xFB, 0xFF] + [UInt8](repeating: 0, count: 30)))
    #expect(event.rawValue == "$-_8" + String(repeating: "A", count: 40))
    #expect(EventID(event.rawValue) == event)
    #expect(EventID(hash: [1, 2, 3]) == nil)
  }

  @Test func anEventIDTakesNoMoreThanItsHash() {
    #expect(MemoryLayout<EventID>.size == 33)
  }

  @Test(arguments: [
    ("#a:porch.example", "porch.example"), ("#a b:p:8448", "p:8448"), ("#Ä#:[::1]:1", "[::1]:1"),
  ])
  func anAliasSplitsAtTheFirstColon(text: String, server: String) throws {
    let alias = try #require(RoomAlias(text))
    #expect(alias.rawValue == text)
    #expect(alias.server.rawValue == server)
  }

  @Test(arguments: ["", "#", "#a", "#:p", "#a:", "a:p", "!a:p", "#a\0:p", "#a:p q", "#\(longest):p"])
  func anAliasIsRefused(text: String) {
    #expect(RoomAlias(text) == nil)
  }

  @Test func anAliasIsMadeOfALocalpart() throws {
    let server = try #require(ServerName("p:1"))
    #expect(RoomAlias(localpart: "hall", server: server)?.rawValue == "#hall:p:1")
    for localpart in ["", "a:b", "a\0", Self.longest] {
      #expect(RoomAlias(localpart: localpart, server: server) == nil)
    }
  }
}
