import Ports
import Screen
import Testing

@testable import Keyboard

@Suite struct ReportTests {
  /// Every form of report, none of which was asked for.
  static let reports: [[UInt8]] =
    [
      "\u{1B}[<0;34;12M", "\u{1B}[<0;34;12m", "\u{1B}[32;34;12M", "\u{1B}[M !A", "\u{1B}[MDDD", "\u{1B}[tAD",
      "\u{1B}[TAADDAA", "\u{1B}[I", "\u{1B}[O", "\u{1B}[24;80R", "\u{1B}[?1;2c", "\u{1B}[>41;354;0c",
      "\u{1B}[0n",
      "\u{1B}[?2004;1$y", "\u{1B}[4;2$y", "\u{1B}[8;24;80t", "\u{1B}[?1u", "\u{1B}[>4;2m", "\u{1B}[97;1:3u",
      "\u{1B}[1;1:3A", "\u{1B}[57441u", "\u{1B}]4;1;rgb:ad/da/da\u{7}", "\u{1B}]52;c;QUFEQQ==\u{1B}\\",
      "\u{1B}P>|XTerm(390)\u{1B}\\", "\u{1B}P1$r0;1ADm\u{1B}\\", "\u{1B}P!|7E565445\u{1B}\\",
      "\u{1B}_Gi=1;OK\u{1B}\\",
      "\u{1B}^AAA\u{1B}\\", "\u{1B}XDDD\u{1B}\\", "\u{1B}[1;2;3;4&w", "\u{1B}]lтитл\u{1B}\\", "\u{1B}[201~",
    ].map { Array($0.utf8) } + [
      // Far to the right and down: in mode 1000 as single bytes, in mode 1005 as UTF-8.
      [0x1B, 0x5B, 0x4D, 0x20, 0xC4, 0x41], [0x1B, 0x5B, 0x4D, 0x20, 0xC4, 0x85, 0x44],
      [0x1B, 0x5B, 0x4D, 0x20, 0x44, 0xC4, 0x85], [0x9B, 0x3C, 0x30, 0x3B, 0x31, 0x3B, 0x31, 0x4D],
      [0x1B, 0x5B, 0x4D, 0x20, 0xFF, 0xFF],
    ]

  @Test(arguments: reports)
  func aReportNobodyAskedForIsNoKey(report: [UInt8]) {
    #expect(Typing.of([report]) == [])
    #expect(Typing.of([report + report]) == [])
    var typing = Typing()
    typing.type(report)
    typing.pause(500)
    typing.type("j")
    typing.pause(500)
    #expect(typing.events == .keys("j"))
  }

  /// In mode 1000 it is whole, in mode 1005 a coordinate is missing: a key is rather lost than taken for one.
  @Test func aReportThatMayBeUnfinishedIsNoKey() {
    let report: [UInt8] = [0x1B, 0x5B, 0x4D, 0x20, 0xC4, 0x85]
    #expect(Typing.of([report]) == [])
    #expect(Typing.of([report, [0x44], [0x44]], pause: 300) == .keys("D"))
  }

  @Test(arguments: reports, [60, 150])
  func aTornReportIsNoKeyWhereverItIsCut(report: [UInt8], pause: Int) {
    for cut in 1..<report.count {
      #expect(Typing.of([Array(report[..<cut]), Array(report[cut...])], pause: pause) == [], "cut at \(cut)")
    }
    #expect(Typing.of(report.map { [$0] }, pause: pause) == [])
  }

  @Test(arguments: reports, [200, 400, 800])
  func theLateRestOfAReportIsNoLetter(report: [UInt8], pause: Int) {
    for cut in 1..<report.count {
      let events = Typing.of([Array(report[..<cut]), Array(report[cut...])], pause: pause)
      #expect(!events.hasCharacter, "cut at \(cut)")
    }
  }

  @Test(
    arguments: [
      ("rgb:1c1c/1d1d/ffff", 0x1C1C, 0x1D1D, 0xFFFF), ("rgb:ff/00/80", 0xFFFF, 0, 0x8080),
      ("rgb:f/0/8", 0xFFFF, 0, 0x8888),
      ("rgba:ffff/0000/1111/ffff", 0xFFFF, 0, 0x1111), ("#ff0080", 0xFFFF, 0, 0x8080),
    ] as [(String, UInt16, UInt16, UInt16)])
  func theBackgroundsAnswerIsAnEvent(color: String, red: UInt16, green: UInt16, blue: UInt16) {
    let event = InputEvent.backgroundColor(red: red, green: green, blue: blue)
    #expect(Typing.of(["\u{1B}]11;\(color)\u{7}"]) == [event])
    #expect(Typing.of(["\u{1B}]11;\(color)\u{1B}\\"]) == [event])
    #expect(
      Typing.of(["\u{1B}]11;rgb:", "\(color.dropFirst(4))\u{1B}", "\\"], pause: 150).count
        == (color.hasPrefix("rgb:") ? 1 : 0))
    #expect(Typing.of([[0x9D] + Array("11;\(color)".utf8) + [0x9C]]) == [event])
  }

  @Test(arguments: ["rgb:1/2", "rgb:12345/0/0", "rgb:-1/0/0", "rgb:+1/0/0", "", "#12345", "rgb:g/g/g", "?"])
  func aSpoiltAnswerIsNone(color: String) {
    #expect(Typing.of(["\u{1B}]11;\(color)\u{7}j"]) == .keys("j"))
  }

  @Test func aStringWithoutEndIsBounded() {
    var typing = Typing()
    typing.type("\u{1B}]0;" + String(repeating: "DA", count: 100_000))
    typing.pause(1_000)
    typing.type("j")
    typing.pause(1_000)
    #expect(typing.events == .keys("j"))
  }
}
