internal import Screen

/// What can be done with a person.
struct Menu: Hashable, Sendable {
  let row: RowID
  let items: [Action]
  var selected = 0

  /// Nil for who has nothing to offer.
  init?(_ person: Person) {
    row = person.row
    items = person.row.isInvite ? [.accept, .deny, .detail] : [.detail, .remove]
  }

  /// What a key does that chooses something; nil for the others.
  func action(for key: Key) -> Action? {
    if Keymap.action(for: key, in: .menu) == .submit { return choice }
    let action = Keymap.action(for: key, in: .list)
    return action.flatMap { items.contains($0) ? $0 : nil }
  }

  var choice: Action? { items.indices.contains(selected) ? items[selected] : nil }
}
