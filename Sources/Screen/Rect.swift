/// A block of cells. Its size is never negative, so splitting what is too small yields empty blocks.
public struct Rect: Hashable, Sendable {
  public let row: Int
  public let column: Int
  public let rows: Int
  public let columns: Int

  /// Negative sizes become zero.
  public init(row: Int, column: Int, rows: Int, columns: Int) {
    self.row = row
    self.column = column
    self.rows = max(0, rows)
    self.columns = max(0, columns)
  }

  /// The whole of a screen.
  public init(_ size: Size) {
    self.init(row: 0, column: 0, rows: size.rows, columns: size.columns)
  }

  public var size: Size { Size(rows: rows, columns: columns) }
  public var isEmpty: Bool { rows == 0 || columns == 0 }

  /// The first row below this block.
  public var endRow: Int { row + rows }

  /// The first column to the right of this block.
  public var endColumn: Int { column + columns }

  public func contains(row: Int, column: Int) -> Bool {
    row >= self.row && row < endRow && column >= self.column && column < endColumn
  }

  /// What both blocks cover; empty where they do not meet.
  public func intersection(_ other: Rect) -> Rect {
    let top = max(row, other.row)
    let left = max(column, other.column)
    return Rect(
      row: top, column: left, rows: min(endRow, other.endRow) - top,
      columns: min(endColumn, other.endColumn) - left)
  }

  /// A block of the given size in the middle of this one, no larger than it.
  public func centered(rows: Int, columns: Int) -> Rect {
    let inner = Size(rows: min(rows, self.rows), columns: min(columns, self.columns))
    return Rect(
      row: row + (self.rows - inner.rows) / 2, column: column + (self.columns - inner.columns) / 2,
      rows: inner.rows, columns: inner.columns)
  }
}
