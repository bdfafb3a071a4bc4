internal import PorchlightSDK
internal import Ports
internal import Screen

extension Model {
  /// The longest display name, in bytes of UTF-8: the server takes no more.
  static let nameLimit = 256

  mutating func editName() {
    // Without a word of the server it is not known what would be replaced.
    guard isOwnKnown else {
      notices.show(Notice("not connected yet: your name is not known", .warning))
      return
    }
    mode = .name(LineEditor(echo.displayName ?? "", byteLimit: Self.nameLimit))
  }

  mutating func press(_ key: Key, inName editor: LineEditor) -> [Intent] {
    switch Keymap.action(for: key, in: .editor) {
    case .submit:
      mode = .list
      let name = SafeText(untrusted: editor.text).string
      guard name != echo.displayName ?? "" else {
        notices.show(Notice(name.isEmpty ? "there is no name to clear" : "that is your name already"))
        return []
      }
      notices.show(Notice("sending your name"))
      return [.rename(name)]
    case .close:
      mode = .list
      return []
    default:
      mode = .name(edited(editor, by: key))
      return []
    }
  }
}
