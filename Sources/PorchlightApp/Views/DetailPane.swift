internal import MatrixWire
internal import PorchlightConfig
internal import PorchlightSDK
internal import Ports
internal import Screen

/// All that is known about the selected person: beside the list where there is room, else under it.
struct DetailPane {
  let model: Model
  let now: Moment

  /// Two lines.
  func drawBelow(_ painter: inout Painter) {
    guard let person = model.list.selectedPerson else { return }
    let look = model.look
    let width = painter.size.columns - 1
    var column = 1
    func put(_ text: SafeText, _ style: Style) {
      let text = look.clip(text, to: max(0, width - column))
      column = painter.put(text, row: 0, column: column, style: style) + 2
    }
    put(look.clip(person.safeName, to: width / 3), look[.title])
    let address = SafeText(untrusted: person.userID.rawValue)
    if address != person.safeName { put(address, look[.detailLabel]) }
    put(SafeText(untrusted: presence(person)), look[person.displayState.role])
    if !person.deviceTypes.isEmpty { put(SafeText(untrusted: devices(person)), look[.detailLabel]) }
    drawWords(person, &painter)
  }

  /// The words of the person, and the rooms, which have half of the line if they need it.
  private func drawWords(_ person: Person, _ painter: inout Painter) {
    let look = model.look
    let width = max(0, painter.size.columns - 2)
    let rooms = rooms(person)
    let (list, warning) = (rooms.isEmpty ? "" : "in " + rooms.list(most: 2), rooms.warning(most: 2))
    let wanted = [list, warning].filter { !$0.isEmpty }.reduce(0) { $0 + $1.cells + 2 }
    let words = look.clip(self.words(person), to: max(width - wanted, width / 2))
    var column = painter.put(words, row: 1, column: 1, style: look[.detailValue])
    // The warning is never what is cut first.
    let left = width - 1 - column - (warning.isEmpty ? 0 : warning.cells + 2)
    let room = left < Self.shortestList ? 0 : left
    for (text, style, most) in [
      (list, look[.detailLabel], room), (warning, look[.warning], width),
    ] where !text.isEmpty {
      let start = column + (column > 1 ? 2 : 0)
      let text = look.clip(text, to: max(0, min(most, width + 1 - start)))
      if !text.isEmpty { column = painter.put(text, row: 1, column: start, style: style) }
    }
  }

  /// In cells; what would be shorter says nothing.
  private static let shortestList = 8

  private func rooms(_ person: Person) -> SharedRooms {
    SharedRooms(model.list.roster.rooms, with: person.userID, model.look)
  }

  /// A column of its own, with the newest changes under it.
  func drawBeside(_ painter: inout Painter) {
    let look = model.look
    painter.verticalRule(look.glyphs.vertical, column: 0, style: look[.frame])
    painter.within(Rect(row: 0, column: 2, rows: painter.size.rows, columns: painter.size.columns - 3)) {
      let next = drawPerson(&$0)
      drawFeed(&$0, from: next + 1)
    }
  }

  private func drawPerson(_ painter: inout Painter) -> Int {
    let look = model.look
    guard let person = model.list.selectedPerson else { return -1 }
    let width = painter.size.columns
    painter.put(look.clip(person.safeName, to: width), row: 0, column: 0, style: look[.title])
    let address = look.clip(SafeText(untrusted: person.userID.rawValue), to: width)
    painter.put(address, row: 1, column: 0, style: look[.detailLabel])
    var row = 3
    for (label, value) in facts(person) {
      painter.put(label, row: row, column: 0, style: look[.detailLabel])
      let style =
        switch label {
        case "state": look[person.displayState.role]
        case "open": look[.warning]
        default: look[.detailValue]
        }
      for line in SafeText(untrusted: value).wrapped(to: width - 9).prefix(4) {
        painter.put(line, row: row, column: 9, style: style)
        row += 1
      }
    }
    return row
  }

  private func drawFeed(_ painter: inout Painter, from first: Int) {
    let look = model.look
    // A title with nothing under it says nothing.
    guard painter.size.rows - first >= 2, !model.feed.entries.isEmpty else { return }
    painter.put("ACTIVITY", row: first, column: 0, style: look[.columns])
    let rows = painter.size.rows - first - 1
    for (index, entry) in model.feed.entries.prefix(rows).enumerated() {
      let time = SafeText(untrusted: ClockText.text(entry.at, utcOffset: model.utcOffset))
      painter.put(time, row: first + 1 + index, column: 0, style: look[.detailLabel])
      let text = look.clip(SafeText(untrusted: entry.event.text), to: painter.size.columns - 7)
      painter.put(text, row: first + 1 + index, column: 7, style: look[.feed])
    }
  }

  private func facts(_ person: Person) -> [(SafeText, String)] {
    var facts: [(SafeText, String)] = [("state", presence(person))]
    if let text = person.statusText { facts.append(("status", "\"\(text)\"")) }
    if let trace = person.trace { facts.append(("seen", TraceText.of(trace, at: now.instant))) }
    if person.displayState == .unknown { facts.append(("why", person.remark)) }
    if !person.deviceTypes.isEmpty { facts.append(("devices", deviceWords(person))) }
    if person.row.isInvite {
      facts.append(("asks", "to see your presence"))
      facts.append(("answer", "A accepts, D denies"))
    } else if person.isAround {
      facts.append(("list", model.server.canAsk ? "not on your list" : "the server has none"))
    } else {
      facts.append(("list", person.isPending ? "invited, no answer yet" : "shares presence with you"))
    }
    let rooms = rooms(person)
    if !rooms.isEmpty { facts.append(("rooms", rooms.list(most: 4).string)) }
    let warning = rooms.warning(most: 3)
    if !warning.isEmpty { facts.append(("open", warning.string)) }
    if let change = model.list.change(for: person.row) { facts.append(("now", "\(change.progress)...")) }
    return facts
  }

  private func words(_ person: Person) -> SafeText {
    if let text = person.statusText, person.displayState != .unknown {
      return "\"" + SafeText(untrusted: text) + "\""
    }
    if person.row.isInvite { return "wants to see your presence: A accepts, D denies" }
    return SafeText(untrusted: person.remark)
  }

  private func presence(_ person: Person) -> String {
    // What was heard last, while nothing is heard, was so then.
    let word = (model.server.connection.isLost ? "was " : "") + person.displayState.word
    let age = person.activityText(at: now, lastHeard: model.server.lastHeardIfLost)
    return switch person.activity {
    case _ where person.trace != nil: word
    case .never: word
    case .now where !model.server.connection.isLost: "\(word), active now"
    case .now, .since: "\(word), active \(age) ago"
    case .asked: "asked \(age)"
    }
  }

  private func devices(_ person: Person) -> String { "on \(deviceWords(person))" }

  private func deviceWords(_ person: Person) -> String {
    person.deviceTypes.map(\.rawValue).joined(separator: ", ")
  }
}
