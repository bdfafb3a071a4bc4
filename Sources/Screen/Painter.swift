/// Writes into a grid within one block of it. Rows and columns count from the block's corner, and whatever
/// falls outside is clipped by cells: a wide glyph is drawn whole or, where half of it would show, as a blank.
public struct Painter: Sendable {
  public private(set) var grid: Grid

  /// The block that is written to, in the grid's own rows and columns.
  public let bounds: Rect

  public init(_ grid: Grid, in bounds: Rect? = nil) {
    let whole = Rect(grid.size)
    self.grid = grid
    self.bounds = bounds.map(whole.intersection) ?? whole
  }

  /// A painter on an empty grid.
  public init(size: Size, style: Style = .plain) {
    self.init(Grid(size: size, style: style))
  }

  public var size: Size { bounds.size }

  /// Paints within a part of this block; `rect` counts from this block's corner.
  public mutating func within(_ rect: Rect, _ body: (inout Painter) -> Void) {
    let part = Rect(
      row: bounds.row + rect.row, column: bounds.column + rect.column, rows: rect.rows,
      columns: rect.columns)
    var inner = Painter(takeGrid(), in: bounds.intersection(part))
    body(&inner)
    grid = inner.takeGrid()
  }

  /// Writes text from a place to the right.
  ///
  /// - Parameters:
  ///   - text: What is written.
  ///   - row: The row, from the block's top.
  ///   - column: Where the text starts; it may be left of the block, whose part is then clipped.
  ///   - width: At most so many cells are written, counted from `column`.
  ///   - style: How it looks.
  /// - Returns: The column after the last glyph that fits within `width`, whether or not it was visible.
  @discardableResult
  public mutating func put(
    _ text: SafeText, row: Int, column: Int, width: Int? = nil, style: Style = .plain
  ) -> Int {
    var next = column
    for glyph in text.glyphs {
      if let width, next - column + glyph.width > width { break }
      put(glyph, row: row, column: next, style: style)
      next += glyph.width
    }
    return next
  }

  /// Writes one glyph in every cell of `rect` (the whole block if nil), a blank if none is given.
  public mutating func fill(_ rect: Rect? = nil, with text: SafeText = " ", style: Style = .plain) {
    let glyph = text.glyphs.first ?? .space
    let rect = rect ?? Rect(size)
    for row in rect.row..<rect.endRow {
      for column in stride(from: rect.column, to: rect.endColumn - glyph.width + 1, by: glyph.width) {
        put(glyph, row: row, column: column, style: style)
      }
    }
  }

  /// A line of `text`'s first glyph.
  public mutating func horizontalRule(
    _ text: SafeText = "-", row: Int, column: Int = 0, columns: Int? = nil, style: Style = .plain
  ) {
    let columns = columns ?? size.columns - column
    fill(Rect(row: row, column: column, rows: 1, columns: columns), with: text, style: style)
  }

  /// A line of `text`'s first glyph.
  public mutating func verticalRule(
    _ text: SafeText = "|", column: Int, row: Int = 0, rows: Int? = nil, style: Style = .plain
  ) {
    let rows = rows ?? size.rows - row
    fill(
      Rect(row: row, column: column, rows: rows, columns: text.glyphs.first?.width ?? 1), with: text,
      style: style)
  }

  /// Gives the glyphs in `rect` another style. `change` is called for each glyph's style.
  public mutating func restyle(_ rect: Rect, _ change: (inout Style) -> Void) {
    let visible = Rect(
      row: bounds.row + rect.row, column: bounds.column + rect.column, rows: rect.rows,
      columns: rect.columns
    ).intersection(bounds)
    for row in visible.row..<visible.endRow {
      for column in visible.column..<visible.endColumn {
        // A wide glyph is restyled once, through its left half, unless only its right half is in here.
        if column > visible.column, grid[row, column].isContinuation { continue }
        grid.restyle(row: row, column: column, change)
      }
    }
  }

  /// Lays `style` over the glyphs in `rect`, as a selection does: its colours win, its attributes are added.
  public mutating func applyStyle(_ rect: Rect, _ style: Style) {
    restyle(rect) { $0 = $0.overlaid(with: style) }
  }

  /// Puts the terminal's cursor at a place of this block; outside of it, the cursor stays as it was.
  public mutating func placeCursor(row: Int, column: Int, isVisible: Bool = true) {
    let place = Position(row: bounds.row + row, column: bounds.column + column)
    guard bounds.contains(row: place.row, column: place.column) else { return }
    grid.cursor = Cursor(place, isVisible: isVisible)
  }

  private mutating func put(_ glyph: Glyph, row: Int, column: Int, style: Style) {
    let row = bounds.row + row
    let column = bounds.column + column
    let startsInside = bounds.contains(row: row, column: column)
    guard glyph.width == 2 else {
      if startsInside { grid[row, column] = Cell(glyph, style: style) }
      return
    }
    switch (startsInside, bounds.contains(row: row, column: column + 1)) {
    case (true, true): grid[row, column] = Cell(glyph, style: style)
    case (true, false): grid[row, column] = .blank(style)
    case (false, true): grid[row, column + 1] = .blank(style)
    case (false, false): break
    }
  }

  /// Moves the grid out, so that a nested painter writes into the same storage instead of a copy.
  private mutating func takeGrid() -> Grid {
    let taken = grid
    grid = Grid(size: .zero)
    return taken
  }
}
