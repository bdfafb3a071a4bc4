import MatrixWire
import Testing

/// Events of rooms as clients are told them.
struct EventBytesTests {
  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  private static func message() throws -> ClientEvent {
    ClientEvent(
      eventID: try .named("$e"), roomID: try .named("!r:x"), type: "m.room.message", sender: try user("@a:x"),
      originServerTimestamp: 1_000, content: Array(#"{"body":"hi"}"#.utf8))
  }

  private static func member() throws -> ClientEvent {
    var event = try message()
    (event.type, event.stateKey) = ("m.room.member", "@\"b\":x")
    event.content = Array(#"{"membership":"leave"}"#.utf8)
    event.prevContent = Array(#"{"membership":"join"}"#.utf8)
    event.prevSender = try user("@b:x")
    event.replacesState = try .named("$old")
    return event
  }

  @Test func aMessageInASyncHasNoRoom() throws {
    let event = EventBytes(try Self.message())
    #expect(
      Self.text(event.bytes(as: .sync, now: 1_250))
        == #"{"content":{"body":"hi"},"event_id":"$e","origin_server_ts":1000,"sender":"@a:x","#
        + #""type":"m.room.message","unsigned":{"age":250}}"#)
    #expect(
      Self.text(event.bytes(as: .withRoom, now: 1_250))
        == #"{"content":{"body":"hi"},"event_id":"$e","origin_server_ts":1000,"room_id":"!r:x","#
        + #""sender":"@a:x","type":"m.room.message","unsigned":{"age":250}}"#)
  }

  @Test func theOldFormSaysAgainWhatIsUnsigned() throws {
    let event = EventBytes(try Self.member())
    #expect(
      Self.text(event.bytes(as: .v1, now: 1_250))
        == #"{"content":{"membership":"leave"},"event_id":"$e","origin_server_ts":1000,"room_id":"!r:x","#
        + #""sender":"@a:x","state_key":"@\"b\":x","type":"m.room.member","unsigned":{"age":250,"#
        + #""prev_content":{"membership":"join"},"prev_sender":"@b:x","replaces_state":"$old"},"age":250,"#
        + #""prev_content":{"membership":"join"},"prev_sender":"@b:x","replaces_state":"$old","#
        + #""user_id":"@a:x"}"#)
  }

  @Test func onlyTheSendingDeviceIsToldItsTransaction() throws {
    let event = EventBytes(try Self.member())
    let own = ViewedEvent(event, membership: .join, transactionID: "m\"1")
    let others = ViewedEvent(event, membership: .invite)
    #expect(
      Self.text(own.bytes(as: .sync, now: 1_000)).hasSuffix(
        #""unsigned":{"age":0,"membership":"join","prev_content":{"membership":"join"},"prev_sender":"@b:x","#
          + #""replaces_state":"$old","transaction_id":"m\"1"}}"#))
    #expect(
      Self.text(others.bytes(as: .sync, now: 1_000)).hasSuffix(
        #""unsigned":{"age":0,"membership":"invite","prev_content":{"membership":"join"},"#
          + #""prev_sender":"@b:x","replaces_state":"$old"}}"#))
  }

  @Test func aRedactionNamesItsEventAndStandsInIt() throws {
    var redaction = try Self.message()
    redaction.type = "m.room.redaction"
    redaction.redacts = try .named("$e2")
    redaction.content = Array(#"{"redacts":"$e2"}"#.utf8)
    let bytes = EventBytes(redaction).bytes(as: .withRoom, now: 1_000)
    #expect(Self.text(bytes).contains(#""origin_server_ts":1000,"redacts":"$e2","room_id":"!r:x""#))
    var event = try Self.message()
    event.content = Array("{}".utf8)
    event.redactedBecause = bytes
    #expect(
      Self.text(EventBytes(event).bytes(as: .sync, now: 2_000)).hasSuffix(
        #""unsigned":{"age":1000,"redacted_because":\#(Self.text(bytes))}}"#))
  }

  @Test(arguments: [(999, 0), (1_000, 0), (1_001, 1), (.min, 0), (.max, .max - 1_000)] as [(Int64, Int64)])
  func anEventIsNeverOfTheFuture(now: Int64, age: Int64) throws {
    let text = Self.text(EventBytes(try Self.message()).bytes(as: .sync, now: now))
    #expect(text.hasSuffix(#""unsigned":{"age":\#(age)}}"#))
  }

  @Test func strippedStateSaysLittle() throws {
    #expect(
      Self.text(try Self.member().stripped)
        == #"{"content":{"membership":"leave"},"sender":"@a:x","state_key":"@\"b\":x","type":"m.room.member"}"#
    )
  }

  /// Every combination of what may be there is JSON, with each key once and in order.
  @Test func everyEventIsCanonicalJSON() throws {
    for mask in 0..<128 {
      func has(_ bit: Int) -> Bool { mask & (1 << bit) != 0 }
      var event = try Self.member()
      if has(0) { event.stateKey = nil }
      if has(1) { event.prevContent = nil }
      if has(2) { event.prevSender = nil }
      if has(3) { event.replacesState = nil }
      if has(4) { event.redacts = try .named("$r") }
      if has(5) { event.redactedBecause = Array("{}".utf8) }
      let viewed = ViewedEvent(
        EventBytes(event), membership: has(6) ? .ban : nil, transactionID: has(6) ? "\u{1}" : nil)
      for form in [EventForm.sync, .withRoom] {
        let bytes = viewed.bytes(as: form, now: 5_000)
        #expect(try CanonicalJSON(parsing: bytes).bytes == bytes)
      }
      _ = try CanonicalJSON(parsing: viewed.bytes(as: .v1, now: 5_000))
    }
  }
}
