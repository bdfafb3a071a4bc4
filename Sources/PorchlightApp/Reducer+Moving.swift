internal import Screen

extension Model {
  /// Selects so many rows further down, or up, and stops at the ends.
  mutating func move(by distance: Int) {
    let choices = lines.choices
    guard !choices.isEmpty else { return }
    let here = choices.firstIndex { $0.row == selection } ?? 0
    selection = choices[min(max(0, here + distance), choices.count - 1)].row
  }

  mutating func moveToNextGroup() {
    let lines = lines
    guard let selected = lines.selected else { return }
    let next = lines.choices.first { lines.groups[$0.line] > lines.groups[selected] }
    if let next { selection = next.row }
  }

  /// To the first of this group, or of the one above.
  mutating func moveToPreviousGroup() {
    let lines = lines
    guard let selected = lines.selected else { return }
    let above = lines.choices.last { $0.line < selected }
    guard let above else { return }
    let group = lines.groups[above.line]
    if let first = lines.choices.first(where: { lines.groups[$0.line] == group }) { selection = first.row }
  }

  /// Folds the group of the selected row, or opens it.
  mutating func fold() {
    let lines = lines
    guard let selected = lines.selected else { return }
    let group = lines.groups[selected]
    if folded.contains(group) {
      open(group)
    } else if group == .invites {
      notice = Notice("invites stay visible until they are answered")
    } else {
      folded.insert(group)
      selection = .heading(group)
    }
  }

  mutating func toggleOffline() {
    guard !folded.contains(.offline) else {
      open(.offline)
      return
    }
    if let selected = lines.selected, lines.groups[selected] == .offline { selection = .heading(.offline) }
    folded.insert(.offline)
  }

  mutating func jumpToInvites() {
    guard let first = arrangement.rows(in: .invites).first else {
      notice = Notice("no invites")
      return
    }
    selection = first
  }

  private mutating func open(_ group: RosterGroup) {
    folded.remove(group)
    if selection == .heading(group), let first = arrangement.rows(in: group).first { selection = first }
  }
}
