/// The list as lines, of which a screen shows a part.
struct RosterLines: Hashable, Sendable {
  private(set) var lines: [RosterLine] = []
  /// The group of each line.
  private(set) var groups: [RosterGroup] = []
  /// The line of the selected row.
  private(set) var selected: Int?

  /// A selected person stays visible in a folded group until the selection leaves.
  init(_ order: RowOrder, folded: Set<RosterGroup>, selection: RowID?) {
    for group in RosterGroup.allCases {
      let rows = order.rows(in: group)
      guard !rows.isEmpty else { continue }
      let isFolded = folded.contains(group)
      // The count is of those who are in it now, which is not yet where their rows are.
      let count = order.population[group] ?? 0
      append(.heading(group, count: count, isFolded: isFolded), group, selection)
      for row in rows where !isFolded || row == selection { append(.row(row), group, selection) }
    }
  }

  private mutating func append(_ line: RosterLine, _ group: RosterGroup, _ selection: RowID?) {
    if let selection, line.selectable == selection { selected = lines.count }
    lines.append(line)
    groups.append(group)
  }

  /// The first line to show, so that the selected one is visible and as little as possible moves.
  func top(near scroll: Int, height: Int) -> Int {
    let last = max(0, lines.count - height)
    var top = min(max(0, scroll), last)
    guard let selected, height > 0 else { return top }
    // The heading above the first person of a group comes into view with them.
    let hasHeading = height > 1 && selected > 0 && lines[selected - 1].isHeading
    top = min(top, hasHeading ? selected - 1 : selected)
    return max(top, selected - height + 1)
  }

  /// The lines a window of this height shows.
  func window(near scroll: Int, height: Int) -> ArraySlice<RosterLine> {
    let top = top(near: scroll, height: height)
    return lines[top..<min(lines.count, top + max(0, height))]
  }

  /// The selectable line nearest to a place, for when the selected one is gone.
  func nearest(to line: Int) -> RowID? {
    let below = lines.indices.dropFirst(max(0, line)).lazy.compactMap { lines[$0].selectable }
    let above = lines.indices.prefix(max(0, line)).reversed().lazy.compactMap { lines[$0].selectable }
    return below.first ?? above.first
  }

  /// What is selectable, in order, with its line.
  var choices: [(line: Int, row: RowID)] {
    lines.indices.compactMap { index in lines[index].selectable.map { (index, $0) } }
  }
}
