import Screen
import Testing

@Suite struct RightToLeftTests {
  private func row(_ text: SafeText, column: Int = 1) -> String {
    var painter = Painter(size: Size(rows: 1, columns: 40))
    painter.put(text, row: 0, column: column)
    let grid = painter.grid.isolatingRightToLeft
    #expect(grid.isWellFormed)
    return grid.text(row: 0)
  }

  @Test(
    arguments: [
      ("שלום", " \u{200E}שלום\u{200E}"),
      ("مرحبا 14:00", " \u{200E}مرحبا\u{200E} 14:00"),
      ("פגישה 14:00 מחר", " \u{200E}פגישה 14:00 מחר\u{200E}"),
      ("דן  online", " \u{200E}דן\u{200E}  online"),
      ("דן online רז", " \u{200E}דן\u{200E} online \u{200E}רז\u{200E}"),
      ("דן  רז", " \u{200E}דן\u{200E}  \u{200E}רז\u{200E}"),
      ("דן ╎ רז", " \u{200E}דן\u{200E} ╎ \u{200E}רז\u{200E}"),
      ("王דן", " 王\u{200E}דן\u{200E}"),
      ("plain 写", " plain 写"),
    ] as [(SafeText, String)])
  func eachRunIsSetApart(text: SafeText, shown: String) {
    #expect(row(text) == shown)
    #expect(startsLeftToRight(row(text)))
  }

  /// Whether no right-to-left letter comes before something that says left to right, and each run ends with it.
  private func startsLeftToRight(_ line: String) -> Bool {
    var last: Unicode.Scalar = " "
    var isInside = false
    for scalar in line.unicodeScalars {
      let isLetter = (0x590...0x8FF).contains(scalar.value)
      if isLetter, !isInside {
        guard last == "\u{200E}" else { return false }
        isInside = true
      } else if scalar == "\u{200E}" {
        isInside = false
      } else if isInside, !isLetter, scalar.properties.isAlphabetic {
        return false
      }
      last = scalar
    }
    return !isInside
  }

  @Test func aPatchCarriesTheMarks() {
    var painter = Painter(size: Size(rows: 1, columns: 12))
    painter.put("ann", row: 0, column: 2)
    let old = painter.grid.isolatingRightToLeft
    painter.put("דן ", row: 0, column: 2)
    let new = painter.grid.isolatingRightToLeft
    var shown = old
    apply(patches(from: old, to: new), to: &shown)
    #expect(shown == new)
    #expect(shown.text(row: 0) == "  \u{200E}דן\u{200E}")
  }
}
