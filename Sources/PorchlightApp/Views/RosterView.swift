internal import PorchlightConfig
internal import Screen

/// Draws the list: headings and rows, in columns that wide names do not shift.
struct RosterView {
  let look: RenderContext
  let shape: ScreenPlan.Shape

  /// - Parameters:
  ///   - waiting: what waits to be moved, in words.
  ///   - painter: the line above the list.
  func drawTitles(waiting: SafeText, _ painter: inout Painter) {
    let columns = RosterColumns(width: painter.size.columns, shape: shape)
    painter.fill(style: look[.columns])
    let titles: [(SafeText, Range<Int>?)] = [
      ("NAME", columns.name), ("STATE", columns.state), ("ACTIVE", columns.active),
      ("STATUS", columns.status),
    ]
    for case (let title, let range?) in titles {
      painter.put(title, row: 0, column: range.lowerBound, width: range.count, style: look[.columns])
    }
    guard !waiting.isEmpty else { return }
    let style = look[.columns].overlaid(with: look[.pending])
    painter.put(waiting, row: 0, column: painter.size.columns - 1 - waiting.cells, style: style)
  }

  /// Draws a document from the top; what has no room is left out.
  func draw(_ document: RosterDocument, _ painter: inout Painter) {
    let columns = RosterColumns(width: painter.size.columns, shape: shape)
    for (row, line) in document.lines.enumerated() {
      let mark: Int
      switch line.content {
      case .heading(let heading):
        draw(heading, row: row, &painter)
        mark = 0
      case .entry(let entry):
        draw(entry, columns, row: row, &painter)
        mark = columns.mark
      }
      if line.isSelected { select(row: row, mark: mark, &painter) }
    }
    draw(document.emptyText, &painter)
  }

  private func select(row: Int, mark: Int, _ painter: inout Painter) {
    let whole = Rect(row: row, column: 0, rows: 1, columns: painter.size.columns)
    painter.restyle(whole) { $0 = look.laid($0, on: .selection) }
    painter.put(look.glyphs.selection, row: row, column: mark, style: look.laid(look[.text], on: .selection))
    painter.placeCursor(row: row, column: mark, isVisible: false)
  }

  private func draw(_ heading: RosterDocument.Heading, row: Int, _ painter: inout Painter) {
    let arrow = heading.isFolded ? look.glyphs.folded : look.glyphs.open
    let title = arrow + " " + SafeText(untrusted: heading.group.title) + " (\(heading.count))"
    let end = painter.put(title, row: row, column: 1, style: look[.group])
    guard shape == .full, let hint = heading.hint else { return }
    let room = painter.size.columns - end - 4
    if hint.cells <= room { painter.put(hint, row: row, column: end + 3, style: look[.dim]) }
  }

  private func draw(
    _ entry: RosterDocument.Entry, _ columns: RosterColumns, row: Int, _ painter: inout Painter
  ) {
    let state = look[entry.displayState.role]
    let name =
      entry.isNew ? look[.feedHighlight] : look[entry.displayState.group == .offline ? .offline : .text]
    let glyph = entry.hasTrace ? look.glyphs.trace : look.glyphs[entry.displayState]
    painter.put(glyph, row: row, column: columns.glyph, style: state)
    put(entry.name, in: columns.name, row: row, style: name, &painter)
    let word = columns.hasLongWords ? entry.displayState.word : entry.displayState.shortWord
    put(SafeText(untrusted: word), in: columns.state, row: row, style: state, &painter)
    put(entry.activity, in: columns.active, row: row, style: look[.active], &painter)
    if let pending = entry.pending {
      let text = SafeText(untrusted: "(\(pending.progress))")
      put(text, in: columns.status ?? columns.state, row: row, style: look[.pending], &painter)
    } else {
      let remark = look[entry.displayState == .unknown ? .unknown : .statusText]
      put(
        entry.remark, in: columns.status, row: row, style: entry.isNew ? look[.feedHighlight] : remark,
        &painter)
    }
  }

  private func put(
    _ text: SafeText, in columns: Range<Int>?, row: Int, style: Style, _ painter: inout Painter
  ) {
    guard let columns else { return }
    painter.put(look.fit(text, to: columns.count), row: row, column: columns.lowerBound, style: style)
  }

  /// In the middle.
  private func draw(_ emptyText: [SafeText], _ painter: inout Painter) {
    let width = max(0, painter.size.columns - 4)
    let lines = emptyText.flatMap { $0.wrapped(to: width) }
    let rows = lines.prefix(painter.size.rows)
    let first = Rect(painter.size).centered(rows: rows.count, columns: 0).row
    for (offset, line) in rows.enumerated() {
      let place = Rect(painter.size).centered(rows: 1, columns: line.cells)
      painter.put(
        look.clip(line, to: place.columns), row: first + offset, column: place.column, style: look[.dim])
    }
  }
}
