internal import MatrixWire
internal import Screen

/// What is done only after a yes.
enum Confirmation: Hashable, Sendable {
  /// Whether that user shall be taken off the list.
  case removal(of: UserID, from: AccountID)

  /// The row it is about; without it, there is nothing to ask.
  var row: RowID {
    switch self {
    case .removal(let user, let account): .contact(user, of: account)
    }
  }

  /// What a yes does.
  var command: any Command {
    switch self {
    case .removal(let user, _): RemoveCommand(.user(user), consent: .given)
    }
  }

  /// What the keys do here.
  var help: SafeText {
    switch self {
    case .removal: "y removes, any other key keeps"
    }
  }
}
