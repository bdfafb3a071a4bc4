internal import MatrixWire

/// What can be selected: a person on the list, a person who asks, or the heading of a group.
///
/// A user may be on the list and ask at the same time, so a user ID alone does not name a row.
enum RowID: Hashable, Sendable {
  case heading(RosterGroup)
  case invite(UserID)
  case contact(UserID)

  var userID: UserID? {
    switch self {
    case .heading: nil
    case .invite(let user), .contact(let user): user
    }
  }

  var isInvite: Bool {
    if case .invite = self { true } else { false }
  }
}
