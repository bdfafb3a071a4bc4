internal import MatrixWire

/// What can be selected: a person on the list or around, a person who asks, or the heading of a group.
///
/// A user may be on the list and ask at the same time, and be on the lists of two accounts, so a user ID alone does not
/// name a row.
enum RowID: Hashable, Sendable {
  case heading(RosterGroup)
  case invite(UserID, of: AccountID)
  case contact(UserID, of: AccountID)

  var userID: UserID? {
    switch self {
    case .heading: nil
    case .invite(let user, _), .contact(let user, _): user
    }
  }

  var isInvite: Bool {
    if case .invite = self { true } else { false }
  }
}
