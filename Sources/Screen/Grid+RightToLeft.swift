extension Grid {
  /// The picture with right-to-left text set apart, so that terminals which reorder lines leave all else in place.
  ///
  /// Such a terminal takes a line's direction from its first strong letter, and moves the numbers and signs beside
  /// right-to-left letters to their other side. U+200E before and after each run gives the line its direction and
  /// ends the run where its letters end. Pairs of isolates would say the same, but the Linux console, and terminals
  /// whose widths are older than Unicode 6.3, give those a cell and shift the line; all give U+200E none.
  public var isolatingRightToLeft: Grid {
    var grid = self
    for row in 0..<size.rows {
      for run in rightToLeftRuns(row: row) {
        // In the first column nothing can stand before it; the views leave that one to their own marks.
        grid.followWithLeftToRightMark(row: row, column: run.lowerBound - 1)
        grid.followWithLeftToRightMark(row: row, column: run.upperBound)
      }
    }
    return grid
  }

  /// From the first to the last letter of each run, in cells. What is neither letter nor sign of left to right
  /// (a single space, digits, punctuation) may stand within.
  private func rightToLeftRuns(row: Int) -> [ClosedRange<Int>] {
    var runs: [ClosedRange<Int>] = []
    var start: Int?
    var end = 0
    var isAfterSpace = false
    func close() {
      if let start { runs.append(start...end) }
    }
    for column in 0..<size.columns {
      guard let scalar = self[row, column].glyph?.base else { continue }
      if scalar.isRightToLeft {
        if start == nil { start = column }
        end = column
      } else if start != nil, endsRun(scalar) || (scalar == " " && isAfterSpace) {
        close()
        start = nil
      }
      isAfterSpace = scalar == " "
    }
    close()
    return runs
  }

  /// Letters of the other direction do, and the marks and rules between the columns.
  private func endsRun(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .otherSymbol, .mathSymbol: true
    default: scalar.properties.isAlphabetic
    }
  }
}

extension Unicode.Scalar {
  /// Whether terminals write it from right to left: the blocks of bidi class R or AL (UAX #44, DerivedBidiClass).
  var isRightToLeft: Bool {
    switch value {
    case 0x590...0x8FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFF, 0x10800...0x10FFF, 0x1E800...0x1EFFF: true
    default: false
    }
  }
}
