import Screen
import Testing

@Suite struct PainterTests {
  private let bold = Style(attributes: .bold)

  @Test func textIsClippedToItsBlock() {
    var painter = Painter(size: Size(rows: 2, columns: 10))
    painter.within(Rect(row: 0, column: 2, rows: 1, columns: 5)) { part in
      part.put("abcdefgh", row: 0, column: 0)
      part.put("below", row: 1, column: 0)
      part.put("above", row: -1, column: 0)
    }
    #expect(painter.grid.text == "  abcde\n")
  }

  @Test func aWideGlyphIsNeverSplit() {
    var painter = Painter(size: Size(rows: 1, columns: 6))
    painter.fill(with: ".")
    painter.within(Rect(row: 0, column: 1, rows: 1, columns: 3)) { part in
      part.put("李雷", row: 0, column: 0)
    }
    #expect(painter.grid.text == ".李 ..")
    painter.within(Rect(row: 0, column: 2, rows: 1, columns: 3)) { part in
      part.put("雷x", row: 0, column: -1)
    }
    #expect(painter.grid.text == ".  x..")
    #expect(painter.grid.isWellFormed)
  }

  @Test func aWidthLimitsTheText() {
    var painter = Painter(size: Size(rows: 1, columns: 10))
    let afterFirst = painter.put("a李b", row: 0, column: 1, width: 2)
    let afterSecond = painter.put("xyz", row: 0, column: 5, width: 2)
    #expect([afterFirst, afterSecond] == [2, 7])
    #expect(painter.grid.text == " a   xy")
  }

  @Test func nestedBlocksNeverReachOutside() {
    var painter = Painter(size: Size(rows: 3, columns: 6))
    painter.within(Rect(row: 1, column: 1, rows: 1, columns: 3)) { part in
      part.within(Rect(row: -5, column: -5, rows: 20, columns: 20)) { inner in
        inner.fill(with: "#")
      }
    }
    #expect(painter.grid.text == "\n ###\n")
  }

  @Test func rulesAreDrawnToTheEdge() {
    var painter = Painter(size: Size(rows: 2, columns: 4))
    painter.horizontalRule(row: 0)
    painter.verticalRule(column: 1)
    #expect(painter.grid.text == "-|--\n |")
  }

  @Test func aSelectionKeepsWhatItCoversAndAddsItsLook() {
    var painter = Painter(size: Size(rows: 1, columns: 4))
    let red = Style(foreground: .indexed(1))
    painter.put("a李", row: 0, column: 0, style: red)
    painter.applyStyle(
      Rect(row: 0, column: 0, rows: 1, columns: 4), Style(background: .indexed(4), attributes: .bold))
    #expect(painter.grid.text == "a李")
    let both = Style(foreground: .indexed(1), background: .indexed(4), attributes: .bold)
    #expect((0..<3).allSatisfy { painter.grid[0, $0].style == both })
    #expect(painter.grid.isWellFormed)
  }

  @Test func theCursorStaysInsideItsBlock() {
    var painter = Painter(size: Size(rows: 3, columns: 6))
    painter.within(Rect(row: 1, column: 2, rows: 1, columns: 3)) { part in
      part.placeCursor(row: 0, column: 1)
      part.placeCursor(row: 0, column: 3)
    }
    #expect(painter.grid.cursor == Cursor(Position(row: 1, column: 3)))
  }

  @Test func layoutsNeverGoNegative() {
    var layout = Layout(Rect(Size(rows: 3, columns: 10)))
    let parts = [layout.takeTop(1), layout.takeBottom(5), layout.takeRight(40), layout.takeTop(-1)]
    #expect(
      parts == [
        Rect(row: 0, column: 0, rows: 1, columns: 10), Rect(row: 1, column: 0, rows: 2, columns: 10),
        Rect(row: 1, column: 0, rows: 0, columns: 10), Rect(row: 1, column: 0, rows: 0, columns: 0),
      ])
    #expect(layout.rest.isEmpty)
  }
}
