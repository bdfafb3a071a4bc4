internal import PorchlightConfig
internal import Screen

/// The ways to complete a command in one line: as many as fit around the one that is chosen.
struct CompletionLine {
  let look: RenderContext
  let choices: CommandPrompt.Choices

  func draw(_ painter: inout Painter) {
    let room = max(0, painter.size.columns - 2)
    var shown = window(room: room)
    var count: SafeText = ""
    if shown.count < choices.all.count {
      count = "\((choices.chosen ?? -1) + 1)/\(choices.all.count)"
      shown = window(room: room - count.cells - 1)
    }
    var column = 0
    for index in shown {
      let isChosen = index == choices.chosen
      let text = (isChosen ? look.glyphs.selection : " ") + label(index, room: room - count.cells - 2)
      column =
        painter.put(text, row: 0, column: column, style: isChosen ? look[.menuSelected] : look[.keys]) + 1
    }
    painter.put(count, row: 0, column: painter.size.columns - 1 - count.cells, style: look[.dim])
  }

  /// Which of them are shown: the chosen one, some before it in a third of the room, then what fits.
  private func window(room: Int) -> Range<Int> {
    let chosen = min(choices.chosen ?? 0, choices.all.count - 1)
    func cells(_ index: Int) -> Int { label(index, room: room - 1).cells + 2 }
    var first = chosen
    var before = 0
    while first > 0, before + cells(first - 1) <= room / 3 {
      first -= 1
      before += cells(first)
    }
    var end = chosen + 1
    var used = before + cells(chosen)
    while end < choices.all.count, used + cells(end) <= room + 1 {
      used += cells(end)
      end += 1
    }
    // At the end there may be room for more before.
    while end == choices.all.count, first > 0, used + cells(first - 1) <= room + 1 {
      first -= 1
      used += cells(first)
    }
    return first..<end
  }

  private func label(_ index: Int, room: Int) -> SafeText {
    look.clip(choices.all[index].label(look), to: max(0, room))
  }
}
