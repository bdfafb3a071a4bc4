/// A run of cells of one row that changed. Never starts with a continuation, never ends with half a glyph.
public struct Patch: Hashable, Sendable {
  public let row: Int
  public let column: Int
  public let cells: [Cell]
}

/// What must be written to turn `old` into `new`: nothing if they are alike, everything if `old` is nil or of
/// another size. The cursor is not part of it.
public func patches(from old: Grid?, to new: Grid) -> [Patch] {
  let rows = 0..<new.size.rows
  guard let old, old.size == new.size else {
    let columns = 0..<new.size.columns
    guard !columns.isEmpty else { return [] }
    return rows.map { row in Patch(row: row, column: 0, cells: columns.map { new[row, $0] }) }
  }
  return rows.flatMap { rowPatches(row: $0, from: old, to: new) }
}

private func rowPatches(row: Int, from old: Grid, to new: Grid) -> [Patch] {
  var result: [Patch] = []
  var column = 0
  while column < new.size.columns {
    guard new[row, column] != old[row, column] else {
      column += 1
      continue
    }
    // The left half may be unchanged when only the right one's look differs; it is written all the same.
    let start = new[row, column].isContinuation ? max(0, column - 1) : column
    var end = column + 1
    while end < new.size.columns,
      new[row, end] != old[row, end] || new[row, end].isContinuation
    {
      end += 1
    }
    result.append(Patch(row: row, column: start, cells: (start..<end).map { new[row, $0] }))
    column = end
  }
  return result
}

/// Writes the patches into the grid. Cells outside of it are left out.
public func apply(_ patches: [Patch], to grid: inout Grid) {
  for patch in patches {
    for (offset, cell) in patch.cells.enumerated() {
      grid[patch.row, patch.column + offset] = cell
    }
  }
}
