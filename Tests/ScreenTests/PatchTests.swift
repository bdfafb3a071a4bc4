import Screen
import Testing

@Suite struct PatchTests {
  private func grid(_ text: SafeText, style: Style = .plain, columns: Int = 6) -> Grid {
    var painter = Painter(size: Size(rows: 1, columns: columns))
    painter.put(text, row: 0, column: 0, style: style)
    return painter.grid
  }

  @Test func nothingChangedIsNothingToDo() {
    #expect(patches(from: grid("李x"), to: grid("李x")) == [])
  }

  @Test func theFirstPictureIsWhole() {
    let new = grid("abc")
    let all = patches(from: nil, to: new)
    #expect(all.map(\.cells.count) == [6])
    #expect(patches(from: Grid(size: Size(rows: 1, columns: 5)), to: new) == all)
  }

  @Test func aWideGlyphThatLeavesTakesItsNeighbourAlong() {
    let result = patches(from: grid("李x"), to: grid("a x"))
    #expect(result.map(\.column) == [0])
    #expect(result.map(\.cells.count) == [2])
  }

  @Test func anotherWideGlyphIsWrittenWithBothHalves() {
    let result = patches(from: grid("李x"), to: grid("雷x"))
    #expect(result.map(\.cells.count) == [2])
  }

  @Test func aStyleAloneIsAChange() {
    let result = patches(from: grid("李x"), to: grid("李x", style: Style(attributes: .bold)))
    #expect(result.map(\.cells.count) == [3])
  }

  @Test func applyingTheDifferenceGivesTheNewPicture() {
    let size = Size(rows: 3, columns: 7)
    for seed in UInt64(0)..<400 {
      var random = Seeded(seed: seed)
      let old = random.grid(size)
      let new = random.grid(size)
      let changes = patches(from: old, to: new)
      var result = old
      apply(changes, to: &result)
      #expect(result == new, "seed \(seed)")
      for patch in changes {
        #expect(patch.cells.first?.isContinuation == false, "seed \(seed)")
        #expect(patch.cells.last?.isWide == false, "seed \(seed)")
      }
    }
  }
}
