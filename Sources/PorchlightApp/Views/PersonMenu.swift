internal import PorchlightConfig
internal import Screen

/// What can be done with the selected person, in a box beside the row.
struct PersonMenu {
  let model: Model
  let menu: Menu

  func draw(in list: Rect, _ painter: inout Painter) {
    guard let person = model.list.roster.person(menu.row) else { return }
    let look = model.look
    let entries = menu.items.map { entry($0, person) }
    let name = look.clip(person.safeName, to: 24)
    let inner = max(name.cells + 4, entries.map { $0.cells + 2 }.max() ?? 0)
    let box = place(rows: entries.count + 2, columns: inner + 2, in: list)
    painter.within(box) { painter in
      painter.fill(style: look[.menu])
      drawFrame(&painter)
      painter.put(" " + name + " ", row: 0, column: 2, style: look.laid(look[.title], on: .menu))
      for (index, entry) in entries.enumerated() {
        let isSelected = index == menu.selected
        let style = isSelected ? look[.menuSelected] : look[.menu]
        let text = look.fit((isSelected ? look.glyphs.selection : " ") + entry, to: max(0, box.columns - 2))
        painter.put(text, row: index + 1, column: 1, style: style)
        if isSelected { painter.placeCursor(row: index + 1, column: 1, isVisible: false) }
      }
    }
  }

  private func entry(_ line: CommandText, _ person: Person) -> SafeText {
    let key = model.keymap.keys(for: line).first?.name ?? ""
    return key.padded(to: 3) + label(line, person)
  }

  private func label(_ line: CommandText, _ person: Person) -> SafeText {
    switch line {
    case "detail": model.showsDetail ? "hide details" : "show details"
    case "invite": "ask to see them"
    case "remove": person.isPending ? "take back the invite" : "remove from your list"
    default: SafeText(untrusted: line.command?.help ?? "")
    }
  }

  /// Under the selected row, or above it where there is no room below.
  private func place(rows: Int, columns: Int, in list: Rect) -> Rect {
    let lines = model.list.lines
    let line = (lines.selected ?? 0) - lines.top(near: model.list.scroll, height: list.rows)
    let below = list.row + line + 1
    let fits = below + rows <= list.endRow
    let row = fits ? below : max(list.row, list.row + line - rows)
    return Rect(row: row, column: list.column + 5, rows: rows, columns: columns).intersection(list)
  }

  private func drawFrame(_ painter: inout Painter) {
    let style = model.look.laid(model.look[.frame], on: .menu)
    let glyphs = model.look.glyphs
    painter.verticalRule(glyphs.vertical, column: 0, style: style)
    painter.verticalRule(glyphs.vertical, column: painter.size.columns - 1, style: style)
    painter.horizontalRule(glyphs.horizontal, row: 0, style: style)
    painter.horizontalRule(glyphs.horizontal, row: painter.size.rows - 1, style: style)
  }
}
