/// The list as lines, of which a screen shows a part.
///
/// A line is made when it is asked for, so that the list costs as much as the screen, however many people are on it.
struct RosterLines: Sendable {
  /// A group that is not empty: its heading, and under it the rows that are shown.
  private struct Block {
    let group: RosterGroup
    let isFolded: Bool
    /// How many people are in it, shown or not.
    let count: Int
    /// The line of the heading.
    let start: Int
    /// How many lines above it can be selected.
    let choicesAbove: Int
    /// Where the rows stand that are shown.
    let places: Range<Int>

    /// The heading can be selected where the group is folded.
    var firstChoice: Int { isFolded ? start : start + 1 }
    var end: Int { start + 1 + places.count }
    var choices: Int { end - firstChoice }
  }

  private let places: [RowOrder.Place]
  private var blocks: [Block] = []
  /// The line of the selected row.
  private(set) var selected: Int?

  /// A selected person stays visible in a folded group until the selection leaves.
  init(_ order: RowOrder, selection: RowID?) {
    places = order.places
    let place = selection.flatMap { order.place(of: $0) }
    for group in RosterGroup.allCases {
      var shown = order.range(of: group)
      guard !shown.isEmpty else { continue }
      let isFolded = order.folded.contains(group)
      let selectedPlace = place.flatMap { shown.contains($0) ? $0 : nil }
      if isFolded { shown = selectedPlace.map { $0..<$0 + 1 } ?? shown.lowerBound..<shown.lowerBound }
      // The count is of those who are in it now, which is not yet where their rows are.
      let block = Block(
        group: group, isFolded: isFolded, count: order.population[group] ?? 0, start: count,
        choicesAbove: choiceCount, places: shown)
      if let selectedPlace { selected = block.start + 1 + selectedPlace - shown.lowerBound }
      if isFolded, selection == .heading(group) { selected = block.start }
      blocks.append(block)
    }
  }

  /// How many there are.
  var count: Int { blocks.last?.end ?? 0 }

  /// The group of a line.
  func group(of line: Int) -> RosterGroup { block(of: line).group }

  private func block(of line: Int) -> Block {
    guard let block = blocks.last(where: { $0.start <= line }), line < block.end else {
      preconditionFailure("there is no line \(line)")
    }
    return block
  }

  subscript(line: Int) -> RosterLine {
    let block = block(of: line)
    guard line > block.start else {
      return .heading(block.group, count: block.count, isFolded: block.isFolded)
    }
    return .row(places[block.places.lowerBound + line - block.start - 1].row)
  }

  /// The first line to show, so that the selected one is visible and as little as possible moves.
  func top(near scroll: Int, height: Int) -> Int {
    let last = max(0, count - height)
    var top = min(max(0, scroll), last)
    guard let selected, height > 0 else { return top }
    // The heading above the first person of a group comes into view with them.
    let hasHeading = height > 1 && selected > 0 && self[selected - 1].isHeading
    top = min(top, hasHeading ? selected - 1 : selected)
    return max(top, selected - height + 1)
  }

  /// The lines a window of this height shows.
  func window(near scroll: Int, height: Int) -> [RosterLine] {
    let top = top(near: scroll, height: height)
    return (top..<min(count, top + max(0, height))).map { self[$0] }
  }

  /// All of them.
  var all: [RosterLine] { (0..<count).map { self[$0] } }
}

// MARK: What can be selected

extension RosterLines {
  /// How many lines can be selected.
  var choiceCount: Int { blocks.last.map { $0.choicesAbove + $0.choices } ?? 0 }

  /// What is selected at one of those, counted from the first.
  func choice(_ number: Int) -> RowID? {
    guard number >= 0, let block = blocks.last(where: { $0.choicesAbove <= number }), number < choiceCount
    else { return nil }
    return self[block.firstChoice + number - block.choicesAbove].selectable
  }

  /// How many lines that can be selected are above the selected one; nil where none is.
  var selectedChoice: Int? {
    selected.map { line in
      let block = block(of: line)
      return block.choicesAbove + line - block.firstChoice
    }
  }

  /// The first line to select in the group under that of the selected row.
  var firstOfNextGroup: RowID? {
    guard let selected else { return nil }
    let group = group(of: selected)
    return blocks.first { $0.group > group }.flatMap { choice($0.choicesAbove) }
  }

  /// The first line to select in the group of the selected row, or if that is selected, in the one above.
  var firstOfPreviousGroup: RowID? {
    guard let number = selectedChoice, number > 0 else { return nil }
    return blocks.last { $0.choicesAbove < number }.flatMap { choice($0.choicesAbove) }
  }

  /// The first user who can be selected, or else the first heading.
  var first: RowID? {
    let person = blocks.first { !$0.places.isEmpty }.map { places[$0.places.lowerBound].row }
    return person ?? choice(0)
  }

  /// The selectable line nearest to a place, for when the selected one is gone.
  func nearest(to line: Int) -> RowID? {
    let (below, above) = (max(0, line)..<max(0, line, count), (0..<min(max(0, line), count)).reversed())
    return below.lazy.compactMap { self[$0].selectable }.first
      ?? above.lazy.compactMap { self[$0].selectable }.first
  }
}
