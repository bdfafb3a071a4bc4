import Glibc
import Screen
import Testing

@Suite struct CellWidthTests {
  /// What Unicode 15 added and glibc 2.36 does not know: it calls these unprintable.
  static let unknownToTheLibrary: [ClosedRange<UInt32>] = [
    0x1FA75...0x1FA77, 0x1FA87...0x1FA88, 0x1FAAD...0x1FAAF, 0x1FABB...0x1FABD, 0x1FABF...0x1FABF,
    0x1FACE...0x1FACF, 0x1FADA...0x1FADB, 0x1FAE8...0x1FAE8, 0x1FAF7...0x1FAF8, 0x31350...0x323AF,
  ]

  @Test func ourWidthsAreTheLibrarysButForTheListedOnes() throws {
    typealias Wcwidth = @convention(c) (wchar_t) -> Int32
    let symbol = try #require(dlsym(nil, "wcwidth"))
    // The Glibc module does not show this function.
    let wcwidth = unsafeBitCast(symbol, to: Wcwidth.self)
    let locale = try #require(newlocale(LC_CTYPE_MASK, "C.UTF-8", nil))
    let before = uselocale(locale)
    defer {
      uselocale(before)
      freelocale(locale)
    }
    var differing: [String] = []
    var shown = 0
    for value in UInt32(0)...0x10FFFF {
      guard let scalar = Unicode.Scalar(value) else { continue }
      // What gets through as a base gets through in a text of its own; marks need a base.
      let text = SafeText(untrusted: "x\(scalar)")
      guard text.string.unicodeScalars.last == scalar, text.string.unicodeScalars.count == 2 else { continue }
      shown += 1
      let ours = text.cells - 1
      let theirs = Int(wcwidth(wchar_t(value)))
      let isListed = Self.unknownToTheLibrary.contains { $0.contains(value) }
      if isListed ? (ours != 2) : (ours != theirs) {
        differing.append("\(String(value, radix: 16)): \(ours) against \(theirs)")
      }
    }
    #expect(differing == [])
    #expect(shown > 140_000)
  }

  @Test(
    arguments: [
      ("a", 1), (" ", 1), ("é", 1), ("\u{301}", 0), ("李", 2), ("한", 2), ("ア", 2), ("ｱ", 1), ("👍", 2),
      ("❤", 1),
      ("◉", 1), ("\u{1FAE8}", 2),
    ] as [(Unicode.Scalar, Int)])
  func aScalarHasItsWidth(scalar: Unicode.Scalar, width: Int) {
    #expect(CellWidth.of(scalar) == width)
  }

  @Test(arguments: ["\u{0}", "\u{1B}", "\u{7F}", "\u{9B}", "\u{378}", "\u{E0080}"] as [Unicode.Scalar])
  func whatCannotBePrintedHasNoWidth(scalar: Unicode.Scalar) {
    #expect(CellWidth.of(scalar) == nil)
  }
}
