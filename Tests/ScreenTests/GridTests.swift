import Screen
import Testing

@Suite struct GridTests {
  private static let wide = Cell(SafeText("李").glyphs[0])
  private static let narrow = Cell(SafeText("x").glyphs[0])

  @Test func outOfRangeIsBlankAndIgnored() {
    var grid = Grid(size: Size(rows: 2, columns: 3))
    let before = grid
    for (row, column) in [(-1, 0), (0, -1), (2, 0), (0, 3), (Int.max, Int.min)] {
      grid[row, column] = Self.narrow
      #expect(grid[row, column] == .blank())
    }
    #expect(grid == before)
  }

  @Test func writingOverHalfAWideGlyphBlanksTheOther() {
    var grid = Grid(size: Size(rows: 1, columns: 4))
    grid[0, 1] = Self.wide
    grid[0, 2] = Self.narrow
    #expect(grid.text == "  x")
    grid[0, 1] = Self.wide
    grid[0, 1] = Self.narrow
    #expect(grid.text == " x")
    grid[0, 1] = Self.wide
    grid[0, 0] = Self.wide
    #expect(grid.text == "李")
    #expect(grid.isWellFormed)
  }

  @Test func aWideGlyphNeedsRoomForBothHalves() {
    var grid = Grid(size: Size(rows: 1, columns: 2))
    grid[0, 1] = Self.wide
    #expect(grid.text == "")
    #expect(grid.isWellFormed)
  }

  @Test func aContinuationCannotBeWritten() {
    var source = Grid(size: Size(rows: 1, columns: 2))
    source[0, 0] = Self.wide
    var grid = Grid(size: Size(rows: 1, columns: 2))
    grid[0, 0] = source[0, 1]
    #expect(grid == Grid(size: Size(rows: 1, columns: 2)))
  }

  @Test func textSkipsContinuationsAndTrailingSpaces() {
    var painter = Painter(size: Size(rows: 2, columns: 8))
    painter.put("李雷 x", row: 0, column: 0)
    #expect(painter.grid.text == "李雷 x\n")
    #expect(painter.grid.text(row: 7) == "")
  }

  @Test func anyWritingLeavesAWellFormedGrid() {
    var random = Seeded(seed: 3)
    for _ in 0..<300 {
      #expect(random.grid(Size(rows: 3, columns: 7)).isWellFormed)
    }
  }

  @Test func anEmptyScreenIsNoTrouble() {
    var grid = Grid(size: Size(rows: -4, columns: 0))
    grid[0, 0] = Self.wide
    #expect(grid.size == .zero)
    #expect(grid.text == "")
    #expect(patches(from: nil, to: grid) == [])
  }
}
