internal import PorchlightSDK

/// Something that is open over the list and takes the keys.
enum Layer: Hashable, Sendable {
  case menu(Menu)
  /// The first line of the help that is shown.
  case help(top: Int)
  case prompt(Prompt)
  case commandPrompt(CommandPrompt)
  case confirmation(Confirmation)
  /// Nothing works any more; the next key leaves.
  case farewell(SDKError)

  var scope: Keymap.Scope {
    switch self {
    case .menu: .menu
    case .help: .help
    case .prompt: .editor
    case .commandPrompt: .commandPrompt
    case .confirmation, .farewell: .confirmation
    }
  }

  /// The row without which it has nothing to say; nil where there is none.
  var row: RowID? {
    switch self {
    case .menu(let menu): menu.row
    case .confirmation(let confirmation): confirmation.row
    case .help, .prompt, .commandPrompt, .farewell: nil
    }
  }
}
