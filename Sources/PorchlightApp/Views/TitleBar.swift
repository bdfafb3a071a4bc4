internal import MatrixWire
internal import PorchlightConfig
internal import PorchlightSDK
internal import Screen

/// The first line: oneself, as others see it. Without a connection that is offline, whatever was chosen.
struct TitleBar {
  let model: Model

  func draw(_ painter: inout Painter) {
    let look = model.look
    let mark = pendingMark
    let width = painter.size.columns - 1 - (mark.isEmpty ? 0 : mark.cells + 1)
    var column = 1
    if width >= 60 {
      column = painter.put("porchlight  ", row: 0, column: column, style: look[.title])
    }
    let own = model.echo.userID
    let address = look.clip(
      SafeText(untrusted: width >= 60 ? own.rawValue : "@\(own.localpart)"), to: width / 2)
    column = painter.put(address, row: 0, column: column, width: width - column, style: look[.text]) + 2
    guard let (text, displayState) = displayState else { return }
    let state = look.clip(look.glyphs[displayState] + " " + text, to: max(0, width - column))
    column = painter.put(state, row: 0, column: column, style: look[displayState.role]) + 1
    if let text = model.own.status.current(model.echo).statusMessage {
      let quoted = look.clip("\"" + SafeText(untrusted: text) + "\"", to: max(0, width - column))
      painter.put(quoted, row: 0, column: column, style: look[.statusText])
    }
    painter.put(mark, row: 0, column: width + 1, style: look[.pending])
  }

  private var displayState: (SafeText, DisplayState)? {
    guard let own = model.ownState else { return nil }
    let word = SafeText(untrusted: own.word)
    return model.server.connection.isLost ? ("offline to others (" + word + ")", .offline) : (word, own)
  }

  /// Says that the server has not confirmed yet what the line shows.
  private var pendingMark: SafeText {
    guard model.own.status.wanted != nil else { return .empty }
    return model.own.status.delay == nil ? "(sending)" : "(waiting)"
  }
}
