internal import PorchlightConfig
internal import Screen

/// The help over the whole screen, at any size.
struct HelpOverlay {
  let look: RenderContext
  let keymap: Keymap
  let top: Int

  func draw(_ painter: inout Painter) {
    painter.fill(style: look[.text])
    let text = HelpText(keymap, columns: painter.size.columns)
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
