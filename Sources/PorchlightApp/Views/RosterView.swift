internal import PorchlightConfig
internal import Ports
internal import Screen

/// The list: headings and rows, in columns that wide names do not shift.
struct RosterView {
  let model: Model
  let shape: ScreenPlan.Shape
  let now: Moment

  func drawTitles(_ painter: inout Painter) {
    let columns = RosterColumns(width: painter.size.columns, shape: shape)
    painter.fill(style: model.look[.columns])
    let titles: [(SafeText, Range<Int>?)] = [
      ("NAME", columns.name), ("STATE", columns.state), ("ACTIVE", columns.active),
      ("STATUS", columns.status),
    ]
    for case (let title, let range?) in titles {
      painter.put(title, row: 0, column: range.lowerBound, width: range.count, style: model.look[.columns])
    }
    let moved = model.list.order.waitingText
    guard !moved.isEmpty else { return }
    let style = model.look[.columns].overlaid(with: model.look[.pending])
    painter.put(moved, row: 0, column: painter.size.columns - 1 - moved.cells, style: style)
  }

  func draw(_ painter: inout Painter) {
    let lines = model.list.lines
    let columns = RosterColumns(width: painter.size.columns, shape: shape)
    for (row, line) in lines.window(near: model.list.scroll, height: painter.size.rows).enumerated() {
      switch line {
      case .heading(let group, let count, let isFolded):
        draw(group, count: count, isFolded: isFolded, row: row, &painter)
      case .row(let id):
        if let person = model.list.roster.person(id) { draw(person, columns, row: row, &painter) }
      }
      if line.selectable == model.list.selection, model.list.selection != nil {
        let whole = Rect(row: row, column: 0, rows: 1, columns: painter.size.columns)
        painter.restyle(whole) { $0 = model.look.laid($0, on: .selection) }
        let column = line.isHeading ? 0 : columns.mark
        painter.put(
          model.look.glyphs.selection, row: row, column: column,
          style: model.look.laid(model.look[.text], on: .selection))
        painter.placeCursor(row: row, column: column, isVisible: false)
      }
    }
    if lines.lines.isEmpty { drawEmpty(&painter) }
  }

  private func draw(_ group: RosterGroup, count: Int, isFolded: Bool, row: Int, _ painter: inout Painter) {
    let look = model.look
    let arrow = isFolded ? look.glyphs.folded : look.glyphs.open
    let title = arrow + " " + SafeText(untrusted: group.title) + " (\(count))"
    let end = painter.put(title, row: row, column: 1, style: look[.group])
    guard shape == .full, let hint = hint(group, isFolded: isFolded) else { return }
    let room = painter.size.columns - end - 4
    if hint.cells <= room { painter.put(hint, row: row, column: end + 3, style: look[.dim]) }
  }

  private func hint(_ group: RosterGroup, isFolded: Bool) -> SafeText? {
    switch (group, isFolded) {
    case (.invites, _): "A accepts, D denies"
    case (.offline, true): "o shows them"
    case (_, true): "Tab unfolds"
    case (_, false): nil
    }
  }

  private func draw(_ person: Person, _ columns: RosterColumns, row: Int, _ painter: inout Painter) {
    let look = model.look
    let state = look[person.displayState.role]
    let isNew = model.list.highlights[person.row].map { $0 > now.instant } ?? false
    let name =
      isNew ? look[.feedHighlight] : person.displayState.group == .offline ? look[.offline] : look[.text]
    painter.put(look.glyphs[person.displayState], row: row, column: columns.glyph, style: state)
    put(person.safeName, in: columns.name, row: row, style: name, &painter)
    let word = columns.hasLongWords ? person.displayState.word : person.displayState.shortWord
    put(SafeText(untrusted: word), in: columns.state, row: row, style: state, &painter)
    let active = SafeText(untrusted: person.activityText(at: now, lastHeard: model.server.lastHeardIfLost))
    put(active, in: columns.active, row: row, style: look[.active], &painter)
    if let change = model.list.change(for: person.row) {
      let text = SafeText(untrusted: "(\(change.progress))")
      put(text, in: columns.status ?? columns.state, row: row, style: look[.pending], &painter)
    } else {
      let text = SafeText(untrusted: person.remark)
      put(text, in: columns.status, row: row, style: isNew ? look[.feedHighlight] : remark(person), &painter)
    }
  }

  private func remark(_ person: Person) -> Style {
    person.displayState == .unknown ? model.look[.unknown] : model.look[.statusText]
  }

  private func put(
    _ text: SafeText, in columns: Range<Int>?, row: Int, style: Style, _ painter: inout Painter
  ) {
    guard let columns else { return }
    painter.put(model.look.fit(text, to: columns.count), row: row, column: columns.lowerBound, style: style)
  }

  private func drawEmpty(_ painter: inout Painter) {
    let isConnecting = model.server.connection == .connecting
    guard !isConnecting else { return }
    let width = max(0, painter.size.columns - 4)
    let lines = emptyText.flatMap { $0.wrapped(to: width) }
    let rows = lines.prefix(painter.size.rows)
    let first = Rect(painter.size).centered(rows: rows.count, columns: 0).row
    for (offset, line) in rows.enumerated() {
      let place = Rect(painter.size).centered(rows: 1, columns: line.cells)
      painter.put(
        model.look.clip(line, to: place.columns), row: first + offset, column: place.column,
        style: model.look[.dim])
    }
  }

  private var emptyText: [SafeText] {
    guard model.server.hasPresenceLists == false else {
      return ["nobody yet: + asks to see somebody", model.emptyHint]
    }
    return [
      "This server has no presence lists: nobody can be asked or shown here.",
      "Your own state, status text and name work: 1 to 5, s, @.",
    ]
  }
}
