internal import PorchlightSDK

/// Something that is open over the list and takes the keys.
enum Layer: Hashable, Sendable {
  case menu(Menu)
  /// The first line of the help that is shown.
  case help(top: Int)
  case prompt(Prompt)
  case question(Question)
  /// Nothing works any more; the next key leaves.
  case farewell(SDKError)

  var scope: Keymap.Scope {
    switch self {
    case .menu: .menu
    case .help: .help
    case .prompt: .editor
    case .question, .farewell: .question
    }
  }

  /// The row without which it has nothing to say; nil where there is none.
  var row: RowID? {
    switch self {
    case .menu(let menu): menu.row
    case .question(let question): question.row
    case .help, .prompt, .farewell: nil
    }
  }
}
