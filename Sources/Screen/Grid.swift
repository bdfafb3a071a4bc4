/// A picture of the whole screen.
///
/// Always well formed: a wide glyph is followed by its continuation, and a continuation is nowhere else. Writing over
/// one half of a wide glyph blanks the other. Nothing here traps on a wrong row or column.
public struct Grid: Hashable, Sendable {
  public let size: Size

  /// Where the terminal's cursor is; nil hides it and leaves it wherever the last cell was written.
  public var cursor: Cursor?

  private var cells: [Cell]

  /// An empty picture.
  public init(size: Size, style: Style = .plain) {
    self.size = size
    cells = Array(repeating: .blank(style), count: size.rows * size.columns)
  }

  /// Outside the grid, reading gives a blank cell and writing does nothing.
  ///
  /// Writing a wide cell writes its continuation too; where there is no room for that, a blank is written.
  /// Writing a continuation does nothing.
  public subscript(row: Int, column: Int) -> Cell {
    get {
      guard contains(row, column) else { return .blank() }
      return cells[row * size.columns + column]
    }
    set {
      guard contains(row, column), !newValue.isContinuation else { return }
      let index = row * size.columns + column
      release(index)
      guard newValue.isWide else {
        cells[index] = newValue
        return
      }
      guard column + 1 < size.columns else {
        cells[index] = .blank(newValue.style)
        return
      }
      release(index + 1)
      cells[index] = newValue
      cells[index + 1] = Cell(content: .continuation, style: newValue.style)
    }
  }

  /// Changes the look of a glyph, both halves if it is wide, and leaves what it shows.
  public mutating func restyle(row: Int, column: Int, _ change: (inout Style) -> Void) {
    guard contains(row, column) else { return }
    var index = row * size.columns + column
    if cells[index].isContinuation { index -= 1 }
    change(&cells[index].style)
    if cells[index].isWide { cells[index + 1].style = cells[index].style }
  }

  /// Adds U+200E to the glyph that covers the cell.
  mutating func followWithLeftToRightMark(row: Int, column: Int) {
    guard contains(row, column) else { return }
    var index = row * size.columns + column
    if cells[index].isContinuation { index -= 1 }
    guard var glyph = cells[index].glyph else { return }
    glyph.isFollowedByLeftToRightMark = true
    cells[index] = Cell(glyph, style: cells[index].style)
  }

  /// Blanks the other half of a wide glyph that loses the cell at `index`.
  private mutating func release(_ index: Int) {
    let old = cells[index]
    if old.isWide {
      cells[index + 1] = .blank(old.style)
    } else if old.isContinuation {
      cells[index - 1] = .blank(old.style)
    }
  }

  private func contains(_ row: Int, _ column: Int) -> Bool {
    row >= 0 && row < size.rows && column >= 0 && column < size.columns
  }
}

extension Grid {
  /// One row as text, without the spaces at its end. A wide glyph appears once.
  public func text(row: Int) -> String {
    var scalars = String.UnicodeScalarView()
    for column in 0..<size.columns {
      guard let glyph = self[row, column].glyph else { continue }
      scalars.append(contentsOf: glyph.scalars)
    }
    while scalars.last == " " { scalars.removeLast() }
    return String(scalars)
  }

  /// All rows, one a line.
  public var text: String {
    (0..<size.rows).map { text(row: $0) }.joined(separator: "\n")
  }
}
