internal import PorchlightConfig
internal import Screen

/// The newest changes in one line, newest first, as many as fit whole.
struct FeedLine {
  let model: Model

  func draw(_ painter: inout Painter) {
    let look = model.look
    let width = painter.size.columns - 1
    var column = 1
    for (index, entry) in model.feed.entries.enumerated() {
      let time = SafeText(untrusted: ClockText.text(entry.at, utcOffset: model.utcOffset)) + " "
      let text = SafeText(untrusted: entry.event.text)
      let room = width - column - time.cells
      // The newest is shown even if it must be cut; another one only if it fits.
      guard index == 0 || text.cells <= room else { return }
      column = painter.put(time, row: 0, column: column, style: look[.dim])
      let style = index == 0 ? look[.feedHighlight] : look[.feed]
      column = painter.put(look.clip(text, to: max(0, room)), row: 0, column: column, style: style) + 3
    }
  }
}
