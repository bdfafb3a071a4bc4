internal import OrderedCollections
internal import PorchlightConfig
internal import PorchlightSDK
internal import Ports
internal import Screen

/// The second line: all contacts in numbers, and the state of the connection. The reason is told below.
struct CountsLine {
  let model: Model
  let now: Moment
  /// Whether to say how many rows wait to be moved; where the list has column titles, those do.
  var showsMoved = true
  /// Whether the own mark comes first, where no other line says how oneself is seen.
  var showsOwn = false

  private struct Span {
    let text: SafeText
    let role: ThemeRole
  }

  func draw(_ painter: inout Painter) {
    let width = painter.size.columns
    let room = width - 2
    let moved = showsMoved ? model.list.order.waitingText : .empty
    let counts = model.list.counts
    var merged = counts
    merged[.online] = (counts[.online] ?? 0) + (counts[.freeForChat] ?? 0)
    merged[.freeForChat] = nil
    let brief = spans(counts, hasWords: false)
    let connection = connectionTexts
    let movedCells = moved.isEmpty ? 0 : moved.cells + 2
    let right = (connection.first?.cells ?? 0) + movedCells
    let wordy = [counts, merged].map { spans($0, hasWords: true) }
    let left = wordy.first { cells($0) + 2 + right <= room } ?? brief
    var column = 1
    if showsOwn, let own = model.server.connection.isLost ? .offline : model.ownState {
      column = painter.put(model.look.glyphs[own], row: 0, column: column, style: model.look[own.role]) + 1
    }
    // Half a number would be another number.
    for span in left where column + span.text.cells <= width {
      column = painter.put(span.text, row: 0, column: column, style: model.look[span.role]) + 2
    }
    let free = width - 1 - column - movedCells
    guard free >= 4, let last = connection.last else { return }
    let state = connection.first { $0.cells <= free } ?? model.look.clip(last, to: free)
    let start = width - 1 - state.cells
    painter.put(state, row: 0, column: start, style: model.look[connectionRole])
    painter.put(moved, row: 0, column: start - 2 - moved.cells, style: model.look[.pending])
  }

  /// The smallest screen: who is here of all.
  func drawNumbers(_ painter: inout Painter) {
    let counts = model.list.counts
    let here = DisplayState.allCases.filter { $0.group == .here }.reduce(0) { $0 + (counts[$1] ?? 0) }
    let texts: [SafeText] = ["\(here)/\(model.list.roster.contacts.count)", "\(here)"]
    guard let text = texts.first(where: { $0.cells <= painter.size.columns }) else { return }
    painter.put(text, row: 0, column: 0, style: model.look[.counts])
  }

  private func cells(_ spans: [Span]) -> Int {
    spans.reduce(0) { $0 + $1.text.cells + 2 }
  }

  private func spans(_ counts: [DisplayState: Int], hasWords: Bool) -> [Span] {
    let total = model.list.roster.contacts.count
    let people: SafeText = total == 1 ? "1 person" : "\(total) people"
    var spans = [Span(text: hasWords ? people : "\(total)", role: .counts)]
    let invites = model.list.roster.invites.count
    if invites > 0, !hasWords {
      spans.append(Span(text: model.look.glyphs[.invite] + "\(invites)", role: .invite))
    }
    for displayState in [DisplayState.freeForChat, .online, .busy, .idle, .offline, .unknown] {
      guard let count = counts[displayState], count > 0 else { continue }
      let word = displayState == .freeForChat ? "free" : displayState.word
      let text: SafeText = hasWords ? " \(count) \(word)" : "\(count)"
      spans.append(Span(text: model.look.glyphs[displayState] + text, role: displayState.role))
    }
    return spans
  }

  /// The longest first; the first that fits is shown.
  private var connectionTexts: [SafeText] {
    switch model.server.connection {
    case .connecting: return ["connecting..."]
    case .live:
      return !model.server.canAsk ? ["connected, no lists", "no lists"] : ["live"]
    case .over: return ["logged out"]
    case .interrupted(_, let retryAt):
      let seconds = Countdown.seconds(until: retryAt, from: now.instant)
      guard seconds > 0 else { return ["reconnecting..."] }
      return ["reconnecting in \(seconds)s", "again in \(seconds)s", "\(seconds)s"]
    }
  }

  private var connectionRole: ThemeRole {
    switch model.server.connection {
    case .connecting: .pending
    case .live: .online
    case .over: .error
    case .interrupted: .warning
    }
  }
}
