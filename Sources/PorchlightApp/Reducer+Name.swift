internal import PorchlightSDK
internal import Ports
internal import Screen

extension Model {
  /// The longest display name, in bytes of UTF-8: the server takes no more.
  static let nameLimit = 256

  mutating func editName() {
    // Without a word of the server it is not known what would be replaced.
    guard hasHeard else {
      notice = Notice("not connected yet: your name is not known", .warning)
      return
    }
    mode = .name(LineEditor(roster.own.displayName ?? "", byteLimit: Self.nameLimit))
  }

  mutating func press(_ key: Key, inName editor: LineEditor) -> [Intent] {
    switch Keymap.action(for: key, in: .editor) {
    case .submit:
      mode = .list
      let name = SafeText(untrusted: editor.text).string
      guard name != roster.own.displayName ?? "" else {
        notice = Notice(name.isEmpty ? "there is no name to clear" : "that is your name already")
        return []
      }
      notice = Notice("sending your name")
      return [.rename(name)]
    case .close:
      mode = .list
      return []
    default:
      mode = .name(edited(editor, by: key))
      return []
    }
  }

  /// What became of the wanted name; nothing is kept of it, so that it is told either way.
  mutating func take(_ error: SDKError?, toName name: String) {
    guard let error else {
      notice = Notice(
        name.isEmpty ? "your name is cleared" : "others see you as " + SafeText(untrusted: name))
      return
    }
    switch error.code {
    case .cancelled: break
    case .loggedOut: end(error)
    default: notice = Notice("name not changed: " + SafeText(untrusted: error.message), .error)
    }
  }
}
