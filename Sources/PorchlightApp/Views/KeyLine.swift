internal import OrderedCollections
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
    let width = painter.size.columns - 1
    painter.within(Rect(row: 0, column: end - 1, rows: 1, columns: width - end + 1)) {
      draw(model.keymap.hints(for: Self.statusLines), upTo: width - end, &$0)
    }
  }

  /// What sets the own status.
  static let statusLines: [CommandText] = [
    "set online", "set away", "set busy", "set invisible", "set free-for-chat", "toggle away", "toggle busy",
    "status",
    "clear",
  ]
  /// What there is in the list at all times; the first two come first.
  static let listLines: [CommandText] = [
    "help", "quit", "menu", "offline", "invite", "detail", "remove", "command-line", "undo",
  ]

  /// What there is of those only where the server has presence lists.
  private static let listChanges: Set<CommandText> = ["invite", "remove"]

  private var hints: [KeyBinding] {
    if model.layers.farewell != nil { return [] }
    let scope = model.layers.scope
    guard scope == .list else { return model.keymap.bindings(in: scope).filter { $0.hint != nil } }
    // In the order of what a newcomer needs; what does not fit is in the help.
    let own: [CommandText] = hasStatusKeys ? [] : ["status", "toggle away", "toggle busy"]
    let invites: [CommandText] = model.list.roster.invites.isEmpty ? [] : ["invites"]
    let lost: [CommandText] = model.server.connection.isInterrupted ? ["reconnect"] : []
    let others = Self.listLines.dropFirst(2).filter { model.server.canAsk || !Self.listChanges.contains($0) }
    return model.keymap.hints(for: lost + Self.listLines.prefix(2) + own + invites + others)
  }

  private func draw(_ bindings: [KeyBinding], upTo width: Int, _ painter: inout Painter) {
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
