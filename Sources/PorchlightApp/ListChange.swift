internal import MatrixWire
internal import PorchlightSDK

/// A change to the presence lists that the user asked for.
enum ListChange: Hashable, Sendable {
  case invite(UserID)
  case accept(UserID)
  case deny(UserID)
  case drop(UserID)

  var userID: UserID {
    switch self {
    case .invite(let user), .accept(let user), .deny(let user), .drop(let user): user
    }
  }

  /// What the roster's source is asked for.
  var request: RosterRequest {
    switch self {
    case .invite(let user): .invite(user)
    case .accept(let user): .accept(user)
    case .deny(let user): .deny(user)
    case .drop(let user): .remove(user)
    }
  }

  /// The row that waits for it.
  func row(of account: AccountID) -> RowID {
    switch self {
    case .accept(let user), .deny(let user): .invite(user, of: account)
    case .invite(let user), .drop(let user): .contact(user, of: account)
    }
  }

  /// What is going on, for the row that waits.
  var progress: String {
    switch self {
    case .invite: "inviting"
    case .accept: "accepting"
    case .deny: "denying"
    case .drop: "removing"
    }
  }
}
