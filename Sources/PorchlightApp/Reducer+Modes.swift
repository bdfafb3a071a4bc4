internal import PorchlightSDK
internal import Ports
internal import Screen

extension Model {
  /// The menu of the selected person; a heading has only one thing to offer, which is done.
  mutating func openMenu() {
    if case .heading = list.selection {
      foldGroup()
    } else if let menu = list.selectedPerson.flatMap({ Menu($0) }) {
      mode = .menu(menu)
    }
  }

  mutating func press(_ key: Key, in menu: Menu) -> [Intent] {
    var menu = menu
    let last = menu.items.count - 1
    switch Keymap.action(for: key, in: .menu) {
    case .next: menu.selected = min(last, menu.selected + 1)
    case .previous: menu.selected = max(0, menu.selected - 1)
    case .first, .pageUp, .halfPageUp: menu.selected = 0
    case .last, .pageDown, .halfPageDown: menu.selected = last
    case .submit: return choose(menu.choice, in: menu)
    case .close:
      mode = .list
      return []
    default:
      if let action = menu.action(for: key) { return choose(action, in: menu) }
      reportUnknown(key)
    }
    mode = .menu(menu)
    return []
  }

  private mutating func choose(_ action: Action?, in menu: Menu) -> [Intent] {
    mode = .list
    list.selection = menu.row
    return action.map { perform($0) } ?? []
  }

  mutating func press(_ key: Key, inHelpAt top: Int) -> [Intent] {
    let help = HelpText(columns: size.columns)
    let page = HelpText.rows(on: size)
    var top = top
    switch Keymap.action(for: key, in: .help) {
    case .next: top += 1
    case .previous: top -= 1
    case .first: top = 0
    case .last: top = help.lines.count
    case .pageDown: top += page
    case .pageUp: top -= page
    case .halfPageDown: top += page / 2
    case .halfPageUp: top -= page / 2
    case .close:
      mode = .list
      return []
    default: reportUnknown(key)
    }
    mode = .help(top: help.top(near: top, rows: page))
    return []
  }

  /// Pasted text goes where text is written, and nowhere else.
  mutating func paste(_ text: String) {
    switch mode {
    case .status(var editor):
      editor.insert(text)
      reportCut(editor)
      mode = .status(editor)
    case .name(var editor):
      editor.insert(text)
      reportCut(editor)
      mode = .name(editor)
    case .invite(var editor, _):
      editor.insert(text)
      reportCut(editor)
      mode = .invite(editor, note: nil)
    case .list: notices.show(Notice("nothing to paste into: s writes your status text"))
    case .menu, .help, .removal, .ended: break
    }
  }
}
