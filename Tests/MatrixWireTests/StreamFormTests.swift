import MatrixWire
import Testing

/// Events written by hand, against those the encoder writes.
struct StreamFormTests {
  /// The same for the same seed (SplitMix64).
  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }

  private static let hostile: [Unicode.Scalar] =
    (0...0x22).compactMap { Unicode.Scalar($0) } + ["\\", "/", "\u{7F}", "\u{80}", "\u{2028}", "\u{FFFD}"]
    + ["é", "\u{301}", "雪", "\u{1F525}", "\u{200F}", "a", "\u{FEFF}", "\u{10FFFF}"]

  private static func text(_ random: inout Generator) -> String {
    var text = ""
    for _ in 0..<Int.random(in: 0...8, using: &random) {
      text.unicodeScalars.append(hostile.randomElement(using: &random) ?? "x")
    }
    return text
  }

  private static func maybe<Value>(_ random: inout Generator, _ make: (inout Generator) -> Value) -> Value? {
    Bool.random(using: &random) ? make(&random) : nil
  }

  private static func state(_ random: inout Generator) -> PresenceState {
    let known: [PresenceState] = [
      .online, .unavailable, .offline, .freeForChat, .hidden, .busy, .unknown,
    ]
    return known.randomElement(using: &random).flatMap { $0 } ?? .online
  }

  private static func content(_ random: inout Generator) -> PresenceContent {
    PresenceContent(
      state: Bool.random(using: &random) ? state(&random) : .other("x" + text(&random)),
      lastActiveAgo: maybe(&random) { Int.random(in: 0 ... .max, using: &$0) },
      currentlyActive: maybe(&random) { Bool.random(using: &$0) },
      statusMessage: maybe(&random, text), displayName: maybe(&random, text), avatarURL: maybe(&random, text),
      deviceTypes: maybe(&random) { _ in [.desktop, .mobile] } ?? [],
      idleAgo: maybe(&random) { Int.random(in: 0...9, using: &$0) },
      unknownReason: maybe(&random) { _ in .pending }, choice: maybe(&random, state))
  }

  private static func events(_ seed: UInt64) throws -> [StreamEvent] {
    var random = Generator(state: seed)
    let ann = try user("@ann\u{1}\"é:x.example")
    return (0..<200).map { number in
      switch number % 4 {
      case 0:
        .invite(
          InviteEvent(
            observer: ann, observed: ann, receivedAt: Int64.random(in: .min ... .max, using: &random),
            state: .pending, displayName: maybe(&random, text)))
      case 1: .list(ListEvent(userID: ann, state: .accepted, sender: ann))
      default: .presence(ann, content(&random))
      }
    }
  }

  @Test(arguments: UInt64(1)...5) func anEventHasTheEncodersBytes(seed: UInt64) throws {
    for event in try Self.events(seed) + [.unrecognized(type: "\"\n")] {
      #expect(event.encoded(as: .sync) == WireJSON.encode(event))
      if case .presence(_, let content) = event { #expect(content.encoded() == WireJSON.encode(content)) }
    }
  }

  @Test(arguments: [true, false]) func anAnswerHasTheEncodersBytes(isComplete: Bool) throws {
    let token = try #require(SyncToken("p\"1_\u{7}"))
    for count in [0, 1, 2, 50] {
      let events = Array(try Self.events(9).prefix(count))
      let answer = SyncAnswer(nextBatch: token, presence: events, isComplete: isComplete)
      let bytes = StreamBytes.sync(
        nextBatch: token, isComplete: isComplete, presence: events.map { $0.encoded(as: .sync) })
      #expect(bytes == WireJSON.encode(answer))
    }
  }

  @Test func theOldShapeNamesThePersonInsideAndHasNoSender() throws {
    let event = StreamEvent.presence(
      try user("@b:x"), PresenceContent(state: .online, lastActiveAgo: 5, statusMessage: "tea"))
    #expect(
      String(decoding: event.encoded(as: StreamForm(.contentOnly, .v1)), as: UTF8.self)
        == #"{"content":{"last_active_ago":5,"presence":"online","status_msg":"tea","user_id":"@b:x"},"#
        + #""type":"m.presence"}"#)
  }

  @Test(arguments: [
    (PresenceVocabulary.v1, PresenceState.hidden, "hidden"), (.r0, .hidden, "offline"),
    (.v3, .hidden, "offline"), (.v1, .freeForChat, "free_for_chat"), (.r0, .freeForChat, "free_for_chat"),
    (.v3, .freeForChat, "online"), (.v1, .busy, "online"), (.v1, .unknown, "offline"),
  ])
  func everyVersionHasItsOwnWords(_ vocabulary: PresenceVocabulary, _ state: PresenceState, _ word: String) {
    let text = String(decoding: PresenceContent(state: state).encoded(in: vocabulary), as: UTF8.self)
    let exact = word == state.wire ? "" : #""chat.porchlight.presence":"\#(state.wire)","#
    #expect(text == "{\(exact)\"presence\":\"\(word)\"}")
  }

  @Test func theOldAnswersHaveTheirShape() throws {
    let (start, end) = (try #require(SyncToken("p1")), try #require(SyncToken("p2")))
    #expect(
      String(decoding: StreamBytes.chunk(start: start, end: end, events: []), as: UTF8.self)
        == #"{"chunk":[],"end":"p2","start":"p1"}"#)
    #expect(
      String(decoding: StreamBytes.initialSync(end: end, presence: [Array("{}".utf8)]), as: UTF8.self)
        == #"{"account_data":[],"end":"p2","presence":[{}],"receipts":[],"rooms":[]}"#)
  }

  @Test func accountDataStandsInItsOwnSectionByteByByte() throws {
    let token = try #require(SyncToken("p1"))
    let data = StreamBytes.accountData(type: Array("a\"b".utf8), content: Array(#"{ "n": 1.0e2 }"#.utf8))
    let event = #"{"content":{ "n": 1.0e2 },"type":"a\"b"}"#
    #expect(String(decoding: data, as: UTF8.self) == event)
    #expect(
      String(
        decoding: StreamBytes.sync(nextBatch: token, accountData: [data, data], presence: []), as: UTF8.self)
        == #"{"account_data":{"events":[\#(event),\#(event)]},"next_batch":"p1","presence":{"events":[]},"#
        + #""rooms":{"invite":{},"join":{},"leave":{}}}"#)
    #expect(
      String(decoding: StreamBytes.initialSync(end: token, accountData: [data], presence: []), as: UTF8.self)
        == #"{"account_data":[\#(event)],"end":"p1","presence":[],"receipts":[],"rooms":[]}"#)
  }
}
