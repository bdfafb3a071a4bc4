internal import PorchlightSDK
internal import Screen

/// What the keys go to.
enum Mode: Hashable, Sendable {
  case list
  case menu(Menu)
  /// The first line of the help that is shown.
  case help(top: Int)
  case prompt(Prompt)
  case question(Question)
  /// Nothing works any more; the next key leaves.
  case ended(SDKError)

  var scope: Keymap.Scope {
    switch self {
    case .list: .list
    case .menu: .menu
    case .help: .help
    case .prompt: .editor
    case .question, .ended: .question
    }
  }

  var isList: Bool { self == .list }
}
