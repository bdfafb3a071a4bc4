internal import PorchlightConfig
internal import Screen

/// What is written or asked in the last line: the status text, a user ID, a yes.
struct PromptLine {
  let model: Model

  var isOpen: Bool {
    switch model.mode {
    case .status, .invite, .name, .removal: true
    case .list, .menu, .help, .ended: false
    }
  }

  func draw(_ painter: inout Painter) {
    switch model.mode {
    case .status(let editor): draw(editor, label: "status: ", &painter)
    case .invite(let editor, _): draw(editor, label: "invite: ", &painter)
    case .name(let editor): draw(editor, label: "name: ", &painter)
    case .removal:
      painter.put(question(in: painter.size.columns), row: 0, column: 1, style: model.look[.warning])
    case .list, .menu, .help, .ended: break
    }
  }

  /// What is wrong, for small screens that have no line for more than that.
  var note: SafeText? {
    if let notice = model.notices.current { return notice.text }
    if case .invite(_, let note?) = model.mode { return SafeText(untrusted: note) }
    return nil
  }

  /// The line above: what is wrong, or what the keys do.
  func drawNote(_ painter: inout Painter) {
    painter.fill(style: model.look[.text])
    let width = max(0, painter.size.columns - 2)
    if let note {
      painter.put(model.look.clip(note, to: width), row: 0, column: 1, style: model.look[.error])
    } else if let help {
      painter.put(model.look.clip(help, to: width), row: 0, column: 1, style: model.look[.keys])
    }
  }

  private var help: SafeText? {
    switch model.mode {
    case .status(let editor): "Enter sends, Esc cancels, empty clears; \(editor.remainingBytes) bytes left"
    case .name(let editor): "Enter sends, Esc cancels, empty clears; \(editor.remainingBytes) bytes left"
    case .invite: "Ask whom? @name:server or a name here; Enter asks, Esc cancels"
    case .removal: "y removes, any other key keeps"
    case .list, .menu, .help, .ended: nil
    }
  }

  private func draw(_ editor: LineEditor, label: SafeText, _ painter: inout Painter) {
    let start = painter.put(label, row: 0, column: 1, style: model.look[.keysKey])
    let width = max(1, painter.size.columns - start - 1)
    let (text, cursor) = editor.visible(width: width)
    painter.put(text.padded(to: width), row: 0, column: start, width: width, style: model.look[.input])
    painter.placeCursor(row: 0, column: start + cursor)
  }

  private func question(in width: Int) -> SafeText {
    guard let person = removed ?? model.list.selectedPerson else { return .empty }
    let room = max(0, width - 2)
    let long: (SafeText, SafeText) =
      person.isPending ? ("take back your invite to ", "? (y/n)") : ("remove ", " from your list? (y/n)")
    let least = min(person.safeName.cells, 4)
    let fits = long.0.cells + least + long.1.cells <= room
    let (before, after) = width >= 30 && fits ? long : ("remove ", width < 30 ? "? y/n" : "? (y/n)")
    // The name gives way, so that what may be answered is always there to be read.
    let name = model.look.clip(person.safeName, to: max(0, room - before.cells - after.cells))
    return model.look.clip(before + name + after, to: room)
  }

  private var removed: Person? {
    guard case .removal(let user) = model.mode else { return nil }
    return model.list.roster.person(.contact(user))
  }
}
