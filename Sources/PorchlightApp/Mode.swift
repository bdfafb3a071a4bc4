internal import MatrixWire
internal import PorchlightSDK
internal import Screen

/// What the keys go to.
enum Mode: Hashable, Sendable {
  case list
  case menu(Menu)
  /// The first line of the help that is shown.
  case help(top: Int)
  case status(LineEditor)
  /// A user ID is being written; the note says what is wrong with it.
  case invite(LineEditor, note: String?)
  /// The own display name is being written.
  case name(LineEditor)
  /// Asks whether that person shall be removed.
  case removal(UserID)
  /// Nothing works any more; the next key leaves.
  case ended(SDKError)

  var scope: Keymap.Scope {
    switch self {
    case .list: .list
    case .menu: .menu
    case .help: .help
    case .status, .invite, .name: .editor
    case .removal, .ended: .question
    }
  }

  var isList: Bool { self == .list }
}
