import MatrixWire
import Testing

/// Protocols know the case of 26 letters.
struct ASCIICaseTests {
  @Test(arguments: [
    ("ANN.Example", "ann.example"), ("[@AZ`{", "[@az`{"), ("", ""), ("\u{212A}im", "\u{212A}im"),
    ("\u{C4}rger", "\u{C4}rger"), ("\u{130}", "\u{130}"),
  ])
  func onlyTheLettersOfASCIIAreFolded(text: String, expected: String) {
    #expect(text.asciiLowercased.utf8.elementsEqual(expected.utf8))
  }

  @Test(arguments: [
    ("Retry-After", "retry-after", true), ("Cache-Control", "cache_control", false),
    ("\u{212A}eep-alive", "keep-alive", false), ("\u{212A}eep-alive", "Keep-alive", false),
  ])
  func namesOfHeadersAreComparedByTheirBytes(left: String, right: String, isSame: Bool) {
    #expect(left.isASCIICaseInsensitiveEqual(to: right) == isSame)
  }
}
