/// One line of the list.
enum RosterLine: Hashable, Sendable {
  case heading(RosterGroup, count: Int, isFolded: Bool)
  case row(RowID)

  /// What the line is called when it is selected. The heading of an open group is passed over.
  var selectable: RowID? {
    switch self {
    case .heading(let group, _, let isFolded): isFolded ? .heading(group) : nil
    case .row(let row): row
    }
  }

  var isHeading: Bool {
    if case .heading = self { true } else { false }
  }
}
