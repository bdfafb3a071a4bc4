internal import Screen

/// What can be done with a person.
struct Menu: Hashable, Sendable {
  let row: RowID
  let items: [CommandText]
  private(set) var selected = 0

  /// - Parameters:
  ///   - person: whose it is.
  ///   - canAsk: whether the server lets users be asked.
  init(_ person: Person, canAsk: Bool) {
    row = person.row
    if person.row.isInvite {
      items = ["accept", "deny", "detail"]
    } else if person.isAround {
      items = canAsk ? ["invite", "detail"] : ["detail"]
    } else {
      items = ["detail", "remove"]
    }
  }

  /// What a key does that chooses something; nil for the others.
  func item(for key: Key, in keymap: Keymap) -> CommandText? {
    if keymap.line(for: key, in: .menu) == "submit" { return choice }
    let line = keymap.line(for: key, in: .list)
    return line.flatMap { items.contains($0) ? $0 : nil }
  }

  var choice: CommandText? { items.indices.contains(selected) ? items[selected] : nil }

  /// Moves by one, or to either end.
  mutating func move(_ motion: Motion) {
    let last = items.count - 1
    switch motion {
    case .next: selected = min(last, selected + 1)
    case .previous: selected = max(0, selected - 1)
    case .first, .pageUp, .halfPageUp: selected = 0
    case .last, .pageDown, .halfPageDown: selected = last
    case .nextGroup, .previousGroup: break
    }
  }
}
