internal import MatrixWire

/// One of the accounts that are shown in a roster, by the user whose it is.
struct AccountID: Hashable, Sendable {
  let userID: UserID

  init(_ userID: UserID) { self.userID = userID }
}
