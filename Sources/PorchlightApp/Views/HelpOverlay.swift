internal import PorchlightConfig
internal import Screen

/// The keys as lines of text, made from the keymap. In two columns where there is room.
struct HelpText {
  /// One line of a column.
  enum Line: Hashable {
    case title(SafeText)
    case key(SafeText, SafeText)
    case note(SafeText)
    case blank
  }

  /// Each with one or two columns.
  let lines: [[Line]]

  /// How many lines of it a screen shows.
  static func rows(on size: Size) -> Int { max(1, size.rows - 2) }

  init(columns: Int) {
    let sections: [[Line]] = Keymap.list.map { section in
      let keys = section.bindings.map { Line.key(Self.keys($0), SafeText(untrusted: $0.action.help)) }
      return [.title(SafeText(untrusted: section.title))] + keys
    }
    let all = sections + [Self.notes]
    guard columns >= 80 else {
      lines = all.joined(separator: [Line.blank]).map { [$0] }
      return
    }
    // Moving and the program are about as long as the others.
    let left: [Line] = Array((sections.prefix(1) + sections.suffix(1)).joined())
    let right: [Line] = Array((sections.dropFirst().dropLast() + [Self.notes]).joined())
    lines = (0..<max(left.count, right.count)).map { index in
      [
        left.indices.contains(index) ? left[index] : .blank,
        right.indices.contains(index) ? right[index] : .blank,
      ]
    }
  }

  /// A first line that leaves no more than the end of the text blank.
  func top(near top: Int, rows: Int) -> Int { min(max(0, top), max(0, lines.count - rows)) }

  /// What the screen shows and no key explains.
  private static let notes: [Line] = [
    .title("Rows"),
    .note("stay where they are until 3 s after a"),
    .note("key; '2 now offline' will move then"),
  ]

  private static func keys(_ binding: Keymap.Binding) -> SafeText {
    binding.keys.map(\.name).joined(separator: " ")
  }
}

/// The help over the whole screen, at any size.
struct HelpOverlay {
  let look: RenderContext
  let top: Int

  func draw(_ painter: inout Painter) {
    painter.fill(style: look[.text])
    let text = HelpText(columns: painter.size.columns)
    let rows = HelpText.rows(on: painter.size)
    let top = text.top(near: top, rows: rows)
    painter.put("Keys", row: 0, column: 1, style: look[.title])
    let shown = text.lines.dropFirst(top).prefix(rows)
    for (row, columns) in shown.enumerated() {
      let width = painter.size.columns / max(1, columns.count)
      for (index, line) in columns.enumerated() {
        let part = Rect(row: row + 1, column: index * width, rows: 1, columns: width)
        painter.within(part) { draw(line, &$0) }
      }
    }
    let hasMore = text.lines.count > rows
    let foot: SafeText =
      hasMore ? "j k scroll, Esc closes   \(top + shown.count)/\(text.lines.count)" : "Esc closes"
    painter.put(
      look.clip(foot, to: max(0, painter.size.columns - 2)), row: painter.size.rows - 1, column: 1,
      style: look[.keys])
  }

  private func draw(_ line: HelpText.Line, _ painter: inout Painter) {
    let width = painter.size.columns
    switch line {
    case .blank: break
    case .note(let note):
      painter.put(look.clip(note, to: max(0, width - 2)), row: 0, column: 2, style: look[.helpText])
    case .title(let title): painter.put(title, row: 0, column: 1, style: look[.group])
    case .key(let keys, let help):
      let keyWidth = min(14, max(4, width / 2))
      painter.put(look.fit(keys, to: keyWidth), row: 0, column: 2, style: look[.helpKey])
      let room = max(0, width - keyWidth - 3)
      painter.put(look.clip(help, to: room), row: 0, column: keyWidth + 3, style: look[.helpText])
    }
  }
}
