extension RosterList {
  /// Selects another row, and stops at the ends.
  ///
  /// - Parameters:
  ///   - motion: where to.
  ///   - page: how many lines the screen shows.
  mutating func move(_ motion: Motion, page: Int) {
    switch motion {
    case .nextGroup: selection = lines.firstOfNextGroup ?? selection
    case .previousGroup: selection = lines.firstOfPreviousGroup ?? selection
    default:
      let lines = lines
      guard let distance = motion.lines(page: page, of: lines.choiceCount, overlap: 1) else { return }
      let last = lines.choiceCount - 1
      selection = lines.choice(min(max(0, (lines.selectedChoice ?? 0) + distance), last)) ?? selection
    }
  }

  /// The group of the selected row.
  var selectedGroup: RosterGroup? {
    let lines = lines
    return lines.selected.map { lines.group(of: $0) }
  }

  /// Folds the group and selects its heading, if the selection was in it; opens it if it is folded.
  mutating func toggle(_ group: RosterGroup) {
    if folded.contains(group) {
      fold(group, false)
      if selection == .heading(group), let first = order.rows(in: group).first { selection = first }
    } else {
      if selectedGroup == group { selection = .heading(group) }
      fold(group)
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
    let next = rows[rows.index(after: place)...].first { change(for: $0) == nil }
    if let next { selection = next }
  }
}
