internal import PorchlightConfig
internal import PorchlightSDK
internal import Ports
internal import Screen

/// The last line: what the keys do, or what there is to say about the last one, and the idle countdown.
struct KeyLine {
  let model: Model
  let now: Moment
  /// Whether the line above says how to set the own status.
  var hasStatusKeys = false

  func draw(_ painter: inout Painter) {
    let countdown = countdownText
    let width = painter.size.columns - 1 - (countdown.isEmpty ? 0 : countdown.cells + 2)
    if let notice = model.notices.current {
      let left = Rect(row: 0, column: 0, rows: 1, columns: width)
      painter.within(left) { draw(notice, &$0) }
    } else {
      draw(hints, upTo: width, &painter)
    }
    painter.put(
      countdown, row: 0, column: painter.size.columns - 1 - countdown.cells, style: model.look[.warning])
  }

  func draw(_ notice: Notice, _ painter: inout Painter) {
    let style =
      switch notice.kind {
      case .information: model.look[.text]
      case .offer: model.look[.keysKey]
      case .warning: model.look[.warning]
      case .error: model.look[.error]
      }
    let text = model.look.clip(notice.text, to: max(0, painter.size.columns - 2))
    painter.put(text, row: 0, column: 1, style: style)
  }

  /// Where there is room for two lines, the first says how to set the own status.
  func drawStatusKeys(_ painter: inout Painter) {
    let end = painter.put("you:  ", row: 0, column: 1, style: model.look[.keys])
    let actions: [Action] = [
      .online, .away, .busy, .invisible, .freeForChat, .toggleAway, .toggleBusy, .editStatus, .clearStatus,
    ]
    let width = painter.size.columns - 1
    painter.within(Rect(row: 0, column: end - 1, rows: 1, columns: width - end + 1)) {
      draw(actions.compactMap { Self.binding($0, in: .list) }, upTo: width - end, &$0)
    }
  }

  private var hints: [Keymap.Binding] {
    if case .ended = model.mode { return [] }
    let scope = model.mode.scope
    guard scope == .list else { return Keymap.bindings(in: scope).filter { $0.hint != nil } }
    // In the order of what a newcomer needs; what does not fit is in the help.
    let own: [Action] = hasStatusKeys ? [] : [.editStatus, .toggleAway, .toggleBusy]
    let invites: [Action] = model.list.roster.asking.isEmpty ? [] : [.jumpToInvites]
    let lost: [Action] = model.server.connection.isInterrupted ? [.reconnect] : []
    let actions = lost + [.help, .quit] + own + invites + [.menu, .toggleOffline, .invite, .detail, .remove]
    return actions.compactMap { Self.binding($0, in: scope) }
  }

  private static func binding(_ action: Action, in scope: Keymap.Scope) -> Keymap.Binding? {
    Keymap.bindings(in: scope).first { $0.action == action && $0.hint != nil }
  }

  private func draw(_ bindings: [Keymap.Binding], upTo width: Int, _ painter: inout Painter) {
    var column = 1
    for binding in bindings {
      guard let key = binding.keys.first, let hint = binding.hint else { continue }
      let word = " " + SafeText(untrusted: hint)
      guard column + key.name.cells + word.cells <= width else { return }
      column = painter.put(key.name, row: 0, column: column, style: model.look[.keysKey])
      column = painter.put(word, row: 0, column: column, style: model.look[.keys]) + 2
    }
  }

  private var countdownText: SafeText {
    guard let seconds = model.own.idleCountdown(model.echo, at: now.instant) else { return .empty }
    return "idle in \(seconds)s"
  }
}
