internal import PorchlightConfig
internal import PorchlightSDK
internal import Screen

/// What is left to say when the server has ended the session.
struct Farewell {
  let look: RenderContext
  let error: SDKError

  func draw(_ painter: inout Painter) {
    let width = max(1, min(60, painter.size.columns - 4))
    let lines = SafeText(untrusted: error.message).wrapped(to: width)
    let box = Rect(painter.size).centered(rows: lines.count + 4, columns: width + 4)
    painter.within(box) { painter in
      painter.fill(style: look[.menu])
      painter.put("You are logged out", row: 0, column: 2, style: look.laid(look[.error], on: .menu))
      for (row, line) in lines.enumerated() {
        painter.put(line, row: row + 2, column: 2, style: look[.menu])
      }
      let last = painter.size.rows - 1
      painter.put("any key leaves", row: last, column: 2, style: look.laid(look[.keys], on: .menu))
    }
  }
}
