import Ports
import Screen
import Testing

@testable import Keyboard

@Suite struct KeyDecoderTests {
  /// Sequences of every family, with what they mean.
  static let known: [(String, Key)] = [
    ("\u{1B}OA", .up), ("\u{1B}[D", .left), ("\u{1B}[5~", .pageUp), ("\u{1B}[2~", .insert),
    ("\u{1B}[3~", .delete),
    ("\u{1B}[H", .home), ("\u{1B}OH", .home), ("\u{1B}[1~", .home), ("\u{1B}[4~", .end),
    ("\u{1B}[15~", .function(5)),
    ("\u{1B}[24~", .function(12)), ("\u{1B}[[A", .function(1)), ("\u{1B}[Z", .backTab),
    ("\u{1B}OM", .keypadEnter),
    ("\u{1B}[1;1A", .up), ("\u{1B}[11~", .function(1)), ("\u{1B}[S", .function(4)), ("\u{1B}[7~", .home),
    ("\u{1B}Oq", .text("1")), ("\u{1B}Ok", .text("+")), ("\u{1B}[97u", .text("a")),
    ("\u{1B}[99;5u", .control("c")),
  ]

  @Test(arguments: known)
  func aSequenceIsItsKey(bytes: String, key: Key) {
    #expect(Typing.of([bytes]) == .keys(key))
  }

  /// The issue: `ESC`, 60 ms, `OA` accepted the selected invite.
  @Test(arguments: known, [20, 60, 150])
  func aTornSequenceIsItsKeyWhereverItIsCut(sequence: (bytes: String, key: Key), pause: Int) {
    let bytes = Array(sequence.bytes.utf8)
    for cut in 1..<bytes.count {
      let pieces = [Array(bytes[..<cut]), Array(bytes[cut...])]
      #expect(Typing.of(pieces, pause: pause) == .keys(sequence.key))
    }
    #expect(Typing.of(bytes.map { [$0] }, pause: pause) == .keys(sequence.key))
  }

  @Test(arguments: known, [200, 300, 500, 800])
  func whatComesLateOfASequenceIsNoLetter(sequence: (bytes: String, key: Key), pause: Int) {
    let bytes = Array(sequence.bytes.utf8)
    for cut in 1..<bytes.count {
      let events = Typing.of([Array(bytes[..<cut]), Array(bytes[cut...])], pause: pause)
      #expect(!events.hasCharacter, "\(bytes) cut at \(cut)")
      #expect(events.count <= 1)
    }
  }

  @Test(arguments: [1_000, 1_500, 2_500])
  func theRestOfAnArrowIsNoLetterSecondsLater(pause: Int) {
    #expect(Typing.of(["\u{1B}[", "D"], pause: pause) == .keys(.unknown([0x1B, 0x5B])))
    #expect(Typing.of(["\u{1B}", "[D"], pause: pause) == .keys(.escape))
    #expect(Typing.of(["\u{1B}", "OA"], pause: pause) == .keys(.escape))
    for (first, second) in [
      ("[1;", "5A"), ("[1;5", "A"), ("[99;99", "D"), ("[", "a"), ("[", "d"), ("O", "c"), ("[5", "$"),
    ] {
      #expect(!Typing.of(["\u{1B}" + first, second], pause: pause).hasCharacter, "\(first) \(second)")
    }
  }

  @Test func anEscapeAloneIsTheKeyWithinAQuarterOfASecond() {
    var typing = Typing()
    typing.type("\u{1B}")
    typing.pause(150)
    #expect(typing.events == [])
    typing.pause(50)
    #expect(typing.events == .keys(.escape))
    #expect(typing.decoder.deadline == nil)
  }

  @Test func twoEscapesAreTwoAndThenTheKeysGoOn() {
    #expect(Typing.of(["\u{1B}\u{1B}"]) == .keys(.escape, .escape))
    #expect(Typing.of(["\u{1B}\u{1B}\u{1B}"]) == .keys(.escape, .escape, .escape))
    #expect(Typing.of(["\u{1B}", "q"], pause: 300) == .keys(.escape, "q"))
  }

  /// People press Escape and then a letter, also one that begins sequences.
  @Test(arguments: ["X", "O", "[", "]", "_", "d", "1"] as [Unicode.Scalar])
  func aKeyAloneAfterEscapeIsThatKey(scalar: Unicode.Scalar) {
    #expect(Typing.of(["\u{1B}", String(scalar)], pause: 400) == .keys(.escape, .character(scalar)))
  }

  @Test(arguments: ["\u{1B}d", "\u{1B}é", "\u{1B}李", "\u{1B}\r", "\u{1B} "])
  func altAndAKeyAreNeitherEscapeNorTheKey(bytes: String) {
    #expect(Typing.of([bytes + "x"]) == .keys(.unknown(Array(bytes.utf8)), "x"))
  }

  @Test func anUnknownSequenceIsOneKeyWithItsBytes() {
    #expect(Typing.of(["\u{1B}[99;99Wx"]) == .keys(.unknown(Array("\u{1B}[99;99W".utf8)), "x"))
    #expect(Typing.of(["\u{1B}[17;5~"]) == .keys(.unknown(Array("\u{1B}[17;5~".utf8))))
    #expect(
      Typing.of(["\u{1B}O5A", "\u{1B}O1;2P"])
        == .keys(.unknown(Array("\u{1B}O5A".utf8)), .unknown(Array("\u{1B}O1;2P".utf8))))
    #expect(Typing.of(["\u{1B}[5$", "\u{1B}[5^", "\u{1B}Oa"]).count == 3)
  }

  @Test func anEightBitSequenceIsAsGoodAsASevenBitOne() {
    #expect(
      Typing.of([[0x9B, 0x41], [0x8F, 0x42], [0xC2, 0x9B, 0x35, 0x7E]]) == .keys(.up, .down, .pageUp))
    #expect(Typing.of([[0x9B], [0x44]], pause: 60) == .keys(.left))
    // Where it can be UTF-8 it is text: ۛ is DB 9B, and may be cut as well.
    #expect(Typing.of([[0xDB, 0x9B, 0x41]]) == .keys("\u{6DB}", "A"))
    #expect(Typing.of([[0xDB], [0x9B, 0x41]], pause: 400) == .keys("\u{6DB}", "A"))
  }

  @Test func whatIsNotUTF8IsLeftOut() {
    let bytes: [UInt8] = [0xFF, 0x61, 0xC3, 0x62, 0xC0, 0xAF, 0xED, 0xA0, 0x80, 0x63]
    #expect(Typing.of([bytes]) == .keys("a", "b", "c"))
  }

  /// The issue: after Alt and `]`, `q`, Ctrl-C and Escape were swallowed for good.
  @Test(arguments: [
    "\u{1B}]", "\u{1B}P", "\u{1B}X", "\u{1B}^", "\u{1B}_", "\u{1B}[", "\u{1B}O", "\u{1B}]11;rgb", "\u{1B}[1;",
  ])
  func altAndABracketWedgeNothing(bytes: String) {
    #expect(Typing.of([bytes, "j"], pause: 1_100).last == .key("j") || bytes == "\u{1B}O")
    #expect(Typing.of([bytes, "\u{3}"], pause: 10).last == .key(.control("c")))
    #expect(Typing.of([bytes, "\u{3}"], pause: 400).last == .key(.control("c")))
    #expect(Typing.of([bytes, "\u{1B}"], pause: 10).last == .key(.escape))
    #expect(Typing.of([bytes, "\u{1B}"], pause: 400).last == .key(.escape))
    #expect(Typing.of([bytes, "\u{1B}[A"], pause: 10).last == .key(.up))
    #expect(Typing.of([bytes, "\r"], pause: 400).last == .key(.enter))
  }

  @Test func aKeyThatIsPressedAgainAndAgainGetsThroughAfterThreeSeconds() {
    for bytes in ["\u{1B}]", "\u{1B}[", "\u{1B}[1;"] {
      var typing = Typing()
      typing.type(bytes)
      for _ in 0..<8 {
        typing.pause(500)
        typing.type("5")
      }
      typing.pause(500)
      #expect(typing.events.last == .key("5"))
    }
  }

  @Test func controlCWithinAnythingIsControlC() {
    #expect(Typing.of(["\u{1B}[12;\u{3}j"]) == .keys(.control("c"), "j"))
    #expect(Typing.of(["\u{1B}]0;title\u{3}j"]) == .keys(.control("c"), "j"))
  }

  @Test func theTerminalsOwnStringsWin() {
    let keys = TerminalKeys {
      ["kcuu1": "\u{1B}A", "kf1": "\u{1}@\r", "kf2": "\u{1B}[M", "kpp": "\u{1B}[I"][$0].map { Array($0.utf8) }
    }
    #expect(
      Typing.of(["\u{1B}A", "\u{1}@\r", "\u{1B}[M", "\u{1B}[I"], keys)
        == .keys(.up, .function(1), .function(2), .pageUp))
    #expect(Typing.of(["\u{1}", "@", "\r"], pause: 100, keys) == .keys(.function(1)))
    #expect(Typing.of(["\u{1}", "j"], pause: 400, keys) == .keys(.control("a"), "j"))
  }

  @Test func aFunctionKeyWithControlIsNoThirtiethFunctionKey() {
    let keys = TerminalKeys { $0 == "kf30" ? Array("\u{1B}[17;5~".utf8) : nil }
    #expect(Typing.of(["\u{1B}[17;5~"], keys) == .keys(.unknown(Array("\u{1B}[17;5~".utf8))))
  }

  @Test func theEndOfInputDeliversWhatIsUnfinished() {
    var typing = Typing()
    typing.type("\u{1B}[200~half")
    #expect(typing.decoder.finish() == [.paste("half")])
    typing.type("\u{1B}")
    #expect(typing.decoder.finish() == .keys(.escape))
  }
}
