import Screen
import Testing

@testable import TerminalDriver

@Suite struct PaletteTests {
  @Test(
    arguments: [
      (256, .terminal, -1), (256, .indexed(214), 214), (256, .rgb(red: 255, green: 0, blue: 0), 196),
      (256, .rgb(red: 8, green: 8, blue: 8), 232), (16, .rgb(red: 255, green: 0, blue: 0), 9),
      (16, .indexed(196), 9), (16, .indexed(12), 12), (8, .rgb(red: 200, green: 0, blue: 0), 1),
      (1 << 24, .rgb(red: 1, green: 2, blue: 3), 0x010203), (1 << 24, .rgb(red: 0, green: 0, blue: 0), 8),
      (1 << 24, .indexed(1), 1), (0, .indexed(1), -1),
    ] as [(Int, Color, Int32)])
  func aColourBecomesTheNearest(colors: Int, color: Color, index: Int32) {
    #expect(Palette(colors: colors).entry(color).index == index)
  }

  @Test func brightIsBoldWhereThereAreEightColours() {
    #expect(Palette(colors: 8).entry(.indexed(10)) == Palette.Entry(index: 2, bold: true))
  }

  @Test func differentColoursNeverBecomeOne() {
    let style = Style(
      foreground: .rgb(red: 200, green: 0, blue: 0), background: .rgb(red: 205, green: 5, blue: 5))
    let (foreground, background) = Palette(colors: 8).resolve(style)
    #expect(foreground.index != background.index)
  }

  @Test func whenPairsRunOutTheBackgroundGoesFirst() {
    var pairs = ColorPairs(palette: Palette(colors: 256), limit: 3) { _, _, _ in true }
    func look(_ foreground: UInt8, _ background: Color) -> Int32 {
      pairs.look(of: Style(foreground: .indexed(foreground), background: background)).pair
    }
    #expect(look(20, .terminal) == 1)
    #expect(look(21, .terminal) == 2)
    #expect(look(20, .indexed(50)) == 1)
    #expect(look(30, .indexed(50)) == 0)
    #expect(pairs.look(of: .plain).pair == 0)
  }
}
