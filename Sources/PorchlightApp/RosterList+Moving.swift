extension RosterList {
  /// Selects another row, and stops at the ends.
  ///
  /// - Parameters:
  ///   - motion: where to.
  ///   - page: how many lines the screen shows.
  mutating func move(_ motion: Motion, page: Int) {
    switch motion {
    case .nextGroup: moveToNextGroup()
    case .previousGroup: moveToPreviousGroup()
    default:
      let choices = lines.choices
      guard let distance = motion.lines(page: page, of: choices.count, overlap: 1), !choices.isEmpty else {
        return
      }
      let here = choices.firstIndex { $0.row == selection } ?? 0
      selection = choices[min(max(0, here + distance), choices.count - 1)].row
    }
  }

  private mutating func moveToNextGroup() {
    let lines = lines
    guard let selected = lines.selected else { return }
    let next = lines.choices.first { lines.groups[$0.line] > lines.groups[selected] }
    if let next { selection = next.row }
  }

  /// To the first of this group, or of the one above.
  private mutating func moveToPreviousGroup() {
    let lines = lines
    guard let selected = lines.selected else { return }
    let above = lines.choices.last { $0.line < selected }
    guard let above else { return }
    let group = lines.groups[above.line]
    if let first = lines.choices.first(where: { lines.groups[$0.line] == group }) { selection = first.row }
  }

  /// The group of the selected row.
  var selectedGroup: RosterGroup? { lines.selected.map { lines.groups[$0] } }

  /// Folds the group and selects its heading, if the selection was in it; opens it if it is folded.
  mutating func toggle(_ group: RosterGroup) {
    if folded.contains(group) {
      folded.remove(group)
      if selection == .heading(group), let first = order.rows(in: group).first { selection = first }
    } else {
      if selectedGroup == group { selection = .heading(group) }
      folded.insert(group)
    }
  }

  /// Selects the first invite.
  ///
  /// - Returns: false if there is none.
  mutating func selectFirstInvite() -> Bool {
    guard let first = order.rows(in: .invites).first else { return false }
    selection = first
    return true
  }

  /// Goes on to the next invite that is not being answered. The server need not be waited for: as many presses as
  /// there are invites answer them all.
  mutating func selectNextInvite(after asker: RowID) {
    let rows = order.rows(in: .invites)
    guard let place = rows.firstIndex(of: asker) else { return }
    if let next = rows[(place + 1)...].first(where: { change(for: $0) == nil }) { selection = next }
  }
}
