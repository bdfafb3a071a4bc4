public import MatrixWire

/// A change to the user's contacts, or to those who may see them.
public enum ContactChange: Hashable, Sendable {
  /// Ask a user for permission to see them.
  case invite(UserID)
  case accept(UserID)
  case deny(UserID)
  /// Hear no more of a user, who is not told.
  case ignore(UserID)
  /// Take a user off the roster, or an invite back.
  case remove(UserID)
  /// Take back from a user the permission that an accept gave them.
  case revoke(UserID)

  public var userID: UserID {
    switch self {
    case .invite(let user), .accept(let user), .deny(let user), .ignore(let user), .remove(let user),
      .revoke(let user):
      user
    }
  }
}
