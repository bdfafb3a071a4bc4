import MatrixWire
import Testing

/// Typing and receipts.
struct EphemeralEventTests {
  private static func text(_ event: EphemeralEvent, in room: RoomID? = nil) -> String {
    String(decoding: event.encoded(in: room), as: UTF8.self)
  }

  private static func receipt(
    _ event: String, _ type: ReceiptType, _ name: String, _ timestamp: Int64?, _ thread: String? = nil
  ) throws -> Receipt {
    Receipt(
      eventID: try .named(event), type: type, user: try user(name), timestamp: timestamp, threadID: thread)
  }

  @Test func typingNamesWhoIsTyping() throws {
    let event = EphemeralEvent.typing([try user("@b:x"), try user("@a:x")])
    let expected = #"{"content":{"user_ids":["@b:x","@a:x"]},"type":"m.typing"}"#
    #expect(Self.text(event) == expected)
    #expect(try decode(expected) == event)
    #expect(
      Self.text(.typing([]), in: try .named("!r:x"))
        == #"{"content":{"user_ids":[]},"room_id":"!r:x","type":"m.typing"}"#)
  }

  @Test func receiptsAreGroupedByEventAndType() throws {
    let receipts = [
      try Self.receipt("$1", .read, "@a:x", 5), try Self.receipt("$1", .read, "@b:x", 6, "main"),
      try Self.receipt("$1", .privateRead, "@a:x", nil), try Self.receipt("$2", .privateRead, "@a:x", 7),
      try Self.receipt("$2", .privateRead, "@\"c:x", 8),
    ]
    let expected =
      #"{"content":{"$1":{"m.read":{"@a:x":{"ts":5},"@b:x":{"thread_id":"main","ts":6}},"#
      + #""m.read.private":{"@a:x":{}}},"$2":{"m.read.private":{"@\"c:x":{"ts":8},"@a:x":{"ts":7}}}},"#
      + #""type":"m.receipt"}"#
    #expect(Self.text(.receipts(receipts.reversed())) == expected)
    let bytes = Array(expected.utf8)
    #expect(try CanonicalJSON(parsing: bytes).bytes == bytes)
    #expect(try Set(Self.read(expected)) == Set(receipts))
    #expect(Self.text(.receipts(receipts + receipts)) == expected)
    #expect(Self.text(.receipts([])) == #"{"content":{},"type":"m.receipt"}"#)
  }

  private static func read(_ text: String) throws -> [Receipt] {
    guard case .receipts(let receipts) = try decode(text, as: EphemeralEvent.self) else {
      Issue.record("no receipts: \(text)")
      return []
    }
    return receipts
  }

  @Test func aMalformedReceiptDoesNotCostItsNeighbours() throws {
    let text = """
      {"type":"m.receipt","content":{"x":{"m.read":{"@a:x":{}}},"$0":7,"$1":{"m.odd":{"@a:x":{}},"m.read.private":[],
       "m.read":{"a":{},"@b:x":7,"@c:x":{"ts":"1","thread_id":5},"@d:x":{"ts":1e300},"@e:x":{"ts":2}}}}}
      """
    #expect(
      try Self.read(text) == [
        try Self.receipt("$1", .read, "@c:x", nil), try Self.receipt("$1", .read, "@d:x", nil),
        try Self.receipt("$1", .read, "@e:x", 2),
      ])
  }

  @Test(arguments: [
    #"{"type":"m.typing"}"#, #"{"type":"m.typing","content":[]}"#, #"{"type":"m.typing","content":{}}"#,
    #"{"type":"m.typing","content":{"user_ids":"@a:x"}}"#, #"{"type":"m.receipt","content":7}"#,
    #"{"type":"m.odd","content":{}}"#,
  ])
  func whatMakesNoSenseIsPassedOver(text: String) throws {
    guard case .unrecognized = try decode(text, as: EphemeralEvent.self) else {
      Issue.record("\(text) is recognized")
      return
    }
  }

  @Test func aMalformedNameIsNotTyping() throws {
    let event: EphemeralEvent = try decode(#"{"type":"m.typing","content":{"user_ids":["a",7,"@b:x"]}}"#)
    #expect(event == .typing([try user("@b:x")]))
  }
}
