internal import MatrixWire
internal import PorchlightConfig
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
    let words = look.clip(self.words(person), to: max(0, width - 1))
    painter.put(words, row: 1, column: 1, style: look[.detailValue])
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
      let style = label == "state" ? look[person.displayState.role] : look[.detailValue]
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
    if person.displayState == .unknown { facts.append(("why", person.remark)) }
    if !person.deviceTypes.isEmpty { facts.append(("devices", deviceWords(person))) }
    if person.row.isInvite {
      facts.append(("asks", "to see your presence"))
      facts.append(("answer", "A accepts, D denies"))
    } else {
      facts.append(("list", person.isPending ? "invited, no answer yet" : "shares presence with you"))
    }
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
