internal import PorchlightConfig
internal import Screen

/// What is written or asked in the last line: the status text, a user ID, a yes.
struct PromptLine {
  let model: Model

  var isOpen: Bool {
    switch model.layers.top {
    case .prompt, .commandPrompt, .confirmation: true
    case .menu, .help, .farewell, nil: false
    }
  }

  func draw(_ painter: inout Painter) {
    switch model.layers.top {
    case .prompt(let prompt): draw(prompt.label, prompt.editor, &painter)
    case .commandPrompt(let prompt): draw(":", prompt.editor, &painter)
    case .confirmation(let confirmation):
      painter.put(
        text(of: confirmation, in: painter.size.columns), row: 0, column: 1, style: model.look[.warning])
    case .menu, .help, .farewell, nil: break
    }
  }

  /// What is wrong.
  private var note: SafeText? {
    if let notice = model.notices.current { return notice.text }
    let note =
      switch model.layers.top {
      case .prompt(let prompt): prompt.note
      case .commandPrompt(let prompt): prompt.note
      case .confirmation, .menu, .help, .farewell, nil: nil as String?
      }
    return note.map { SafeText(untrusted: $0) }
  }

  /// The ways to complete what is written, while they are gone through.
  private var choices: CommandPrompt.Choices? {
    guard case .commandPrompt(let prompt) = model.layers.top else { return nil }
    return prompt.choices
  }

  /// Whether the line above has more to say than what the keys do.
  var hasNote: Bool { note != nil || choices != nil }

  /// The line above: what is wrong, what may be meant, or what the keys do.
  func drawNote(_ painter: inout Painter) {
    painter.fill(style: model.look[.text])
    let width = max(0, painter.size.columns - 2)
    if let note {
      painter.put(model.look.clip(note, to: width), row: 0, column: 1, style: model.look[.error])
    } else if let choices {
      CompletionLine(look: model.look, choices: choices).draw(&painter)
    } else if let help {
      painter.put(model.look.clip(help, to: width), row: 0, column: 1, style: model.look[.keys])
    }
  }

  private var help: SafeText? {
    switch model.layers.top {
    case .prompt(let prompt): prompt.help
    case .commandPrompt: CommandPrompt.help
    case .confirmation(let confirmation): confirmation.help
    case .menu, .help, .farewell, nil: nil
    }
  }

  private func draw(_ label: SafeText, _ editor: LineEditor, _ painter: inout Painter) {
    let start = painter.put(label, row: 0, column: 1, style: model.look[.keysKey])
    let width = max(1, painter.size.columns - start - 1)
    let (text, cursor) = editor.visible(width: width)
    painter.put(text.padded(to: width), row: 0, column: start, width: width, style: model.look[.input])
    painter.placeCursor(row: 0, column: start + cursor)
  }

  private func text(of confirmation: Confirmation, in width: Int) -> SafeText {
    guard let person = model.list.roster.person(confirmation.row) ?? model.list.selectedPerson else {
      return .empty
    }
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
}
