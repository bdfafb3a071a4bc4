/// How large a screen or a part of it is, in cells. Never negative.
public struct Size: Hashable, Sendable {
  public let rows: Int
  public let columns: Int

  /// Negative numbers become zero.
  public init(rows: Int, columns: Int) {
    self.rows = max(0, rows)
    self.columns = max(0, columns)
  }

  public static let zero = Size(rows: 0, columns: 0)
}

/// A cell's place, counted from zero at the top left.
public struct Position: Hashable, Sendable {
  public var row: Int
  public var column: Int

  public init(row: Int, column: Int) {
    self.row = row
    self.column = column
  }
}

/// Where the terminal's cursor is, and whether it is shown.
///
/// A hidden cursor has a place too: screen readers read the line it is on.
public struct Cursor: Hashable, Sendable {
  public var position: Position
  public var isVisible: Bool

  public init(_ position: Position, isVisible: Bool = true) {
    self.position = position
    self.isVisible = isVisible
  }
}
