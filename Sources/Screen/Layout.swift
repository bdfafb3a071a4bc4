/// Cuts a block into parts from its edges inwards: each `take` returns a part and leaves the rest.
///
/// Asking for more than is left gives what is left, so a layout needs no checks for small screens.
public struct Layout: Hashable, Sendable {
  /// What has not been taken yet.
  public private(set) var rest: Rect

  public init(_ rect: Rect) {
    rest = rect
  }

  public mutating func takeTop(_ rows: Int) -> Rect {
    let taken = min(max(0, rows), rest.rows)
    let part = Rect(row: rest.row, column: rest.column, rows: taken, columns: rest.columns)
    rest = Rect(
      row: rest.row + taken, column: rest.column, rows: rest.rows - taken, columns: rest.columns)
    return part
  }

  public mutating func takeBottom(_ rows: Int) -> Rect {
    let taken = min(max(0, rows), rest.rows)
    rest = Rect(row: rest.row, column: rest.column, rows: rest.rows - taken, columns: rest.columns)
    return Rect(row: rest.endRow, column: rest.column, rows: taken, columns: rest.columns)
  }

  public mutating func takeRight(_ columns: Int) -> Rect {
    let taken = min(max(0, columns), rest.columns)
    rest = Rect(row: rest.row, column: rest.column, rows: rest.rows, columns: rest.columns - taken)
    return Rect(row: rest.row, column: rest.endColumn, rows: rest.rows, columns: taken)
  }
}
