public import MatrixWire

/// What a user does to their own list, or answers to an invite (Protocol 3.6).
public enum ListCommand: Hashable, Sendable {
  /// Puts a user on the list and asks their permission.
  case invite(UserID)
  /// Takes a user off the list, or an invite back.
  case drop(UserID)
  /// Accepts the invite of a user.
  case accept(UserID)
  /// Denies the invite of a user.
  case deny(UserID)
  /// Takes a permission back.
  case revoke(UserID)
  /// Sets the groups of an entry.
  case setGroups([String], of: UserID)

  /// The relation it changes: of an owner and the user on their list.
  func relation(of user: UserID) -> Relation {
    switch self {
    case .invite(let observed), .drop(let observed), .setGroups(_, of: let observed):
      Relation(owner: user, observed: observed)
    case .accept(let owner), .deny(let owner), .revoke(let owner):
      Relation(owner: owner, observed: user)
    }
  }
}
