import Screen
import Testing

@Suite struct SafeTextTests {
  @Test(
    arguments: [
      ("plain", "plain"),
      ("\u{1B}[31mred\u{1B}[0m", "[31mred[0m"),
      ("\u{9B}31mred", "31mred"),
      ("bell\u{7}", "bell"),
      ("two\nlines\r\nand\ttab", "two lines and tab"),
      ("line\u{2028}para\u{2029}nel\u{85}end", "line para nel end"),
      ("  ends   and  runs \u{A0}\u{3000} ", "ends and runs"),
      ("abc\u{202E}cba\u{202C}", "abccba"),
      ("\u{2066}isolate\u{2069}\u{200E}\u{200F}\u{61C}", "isolate"),
      ("z\u{200B}e\u{200C}r\u{200D}o\u{2060}\u{FEFF}\u{AD}", "zero"),
      ("❤\u{FE0F}\u{E0100}", "❤"),
      ("tag\u{E0041}\u{E007F}", "tag"),
      ("\u{115F}\u{1160}\u{3164}\u{FFA0}hangul fillers", "hangul fillers"),
      ("join\u{34F}er\u{2061}\u{2062}\u{2063}\u{2064}", "joiner"),
      ("un\u{378}assigned\u{E0080}", "unassigned"),
      ("\u{301}leading", "leading"),
      ("a \u{301}b", "a b"),
      ("e\u{301}\u{302}\u{303}\u{304}", "e\u{301}\u{302}"),
      ("👩\u{200D}💻", "👩💻"),
      ("👍🏽", "👍"),
      ("李雷", "李雷"),
      ("\u{1B}\u{200B}\n", ""),
    ] as [(String, String)])
  func foreignTextBecomesSafe(raw: String, safe: String) {
    let text = SafeText(untrusted: raw)
    #expect(Array(text.string.unicodeScalars) == Array(safe.unicodeScalars))
  }

  @Test(arguments: [0xE000, 0xE0B0, 0xF8FF, 0xF0000, 0xFFFFD, 0x100000, 0x10FFFD] as [UInt32])
  func privateUseCannotImitateAMark(value: UInt32) throws {
    let scalar = try #require(Unicode.Scalar(value))
    #expect(SafeText(untrusted: "a\(scalar)b") == "a?b")
  }

  @Test func everyControlScalarVanishesOrBecomesASpace() {
    for value in Array(UInt32(0)..<0x20) + Array(0x7F...0x9F) {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let text = SafeText(untrusted: "a\(scalar)b").string
      #expect(text == "ab" || text == "a b", "U+\(String(value, radix: 16))")
    }
  }

  @Test(arguments: [0xFDD0, 0xFFFE, 0xFFFF, 0x1FFFE, 0x10FFFF] as [UInt32])
  func noncharactersVanish(value: UInt32) throws {
    let scalar = try #require(Unicode.Scalar(value))
    #expect(SafeText(untrusted: "a\(scalar)b") == "ab")
  }

  @Test func cleaningTwiceChangesNothing() {
    var random = Seeded(seed: 11)
    for _ in 0..<300 {
      let text = SafeText(untrusted: random.text(length: 40))
      #expect(SafeText(untrusted: text.string) == text)
    }
  }

  @Test func aMegabyteIsCutAtTheLimit() {
    #expect(SafeText(untrusted: String(repeating: "n", count: 1 << 20)).cells == 4_096)
    let accents = SafeText(untrusted: "a" + String(repeating: "\u{301}", count: 1 << 20))
    #expect(accents.string == "a\u{301}\u{301}")
  }

  @Test func editorsKeepTheirSpaces() {
    #expect(SafeText(untrusted: " a  b ", keepingSpaces: true).string == " a  b ")
  }

  @Test func aRawStringInALiteralIsMadeSafe() {
    let name = "ev\u{1B}[2Jil\n"
    let text: SafeText = "  hello \(name), \(3) times"
    #expect(text.string == "  hello ev[2Jil, 3 times")
    #expect(text.cells == text.string.count)
  }

  @Test func joiningAddsCells() {
    let parts: [SafeText] = ["李", "b", "c"]
    #expect(parts.joined(separator: ", ") == "李, b, c")
    #expect(parts.joined(separator: ", ").cells == 8)
  }

  @Test(
    arguments: [
      ("hello", 5, "hello"), ("hello", 4, "hel~"), ("hello", 1, "h"), ("hello", 0, ""), ("hello", -3, ""),
      ("李雷", 4, "李雷"), ("李雷", 3, "李~"), ("李雷", 2, "~"), ("李雷", 1, ""),
      ("ae\u{301}\u{302}b", 2, "a~"), ("e\u{301}x", 1, "e\u{301}"),
    ] as [(SafeText, Int, String)])
  func clippingNeverSplitsAGlyph(text: SafeText, width: Int, result: String) {
    #expect(text.clipped(to: width).string == result)
    #expect(text.clipped(to: width).cells <= max(0, width))
  }

  @Test func clippingIsNeverTooWide() {
    var random = Seeded(seed: 5)
    for _ in 0..<300 {
      let text = SafeText(untrusted: random.text(length: 20))
      for width in 0..<12 {
        let clipped = text.clipped(to: width, ellipsis: random.next() % 2 == 0 ? "~" : "")
        #expect(clipped.cells <= width)
        #expect(SafeText(untrusted: clipped.string, keepingSpaces: true).cells == clipped.cells)
      }
    }
  }

  @Test func fittingGivesExactlyTheWidth() {
    for width in 0..<9 {
      #expect(SafeText("李雷 x").fitted(to: width, alignment: .trailing).cells == width)
    }
    #expect(SafeText("ab").padded(to: 5, alignment: .center) == " ab  ")
  }

  @Test func longTextWrapsAtSpaces() {
    let text: SafeText = "in the workshop until five"
    #expect(text.wrapped(to: 12).map(\.string) == ["in the", "workshop", "until five"])
    #expect(SafeText("abcdefg").wrapped(to: 3).map(\.string) == ["abc", "def", "g"])
    #expect(SafeText("李雷李").wrapped(to: 5).map(\.string) == ["李雷", "李"])
    #expect(SafeText("李a").wrapped(to: 1).map(\.string) == ["a"])
    #expect(SafeText("a").wrapped(to: 0) == [])
  }
}
