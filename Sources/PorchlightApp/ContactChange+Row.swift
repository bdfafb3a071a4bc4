internal import PorchlightSDK

extension ContactChange {
  /// The row that waits for it.
  func row(of account: AccountID) -> RowID {
    switch self {
    case .accept(let user), .deny(let user), .ignore(let user), .revoke(let user): .invite(user, of: account)
    case .invite(let user), .remove(let user): .contact(user, of: account)
    }
  }

  /// What is going on, for the row that waits.
  var progress: String {
    switch self {
    case .invite: "inviting"
    case .accept: "accepting"
    case .deny: "denying"
    case .ignore: "ignoring"
    case .remove: "removing"
    case .revoke: "revoking"
    }
  }
}
