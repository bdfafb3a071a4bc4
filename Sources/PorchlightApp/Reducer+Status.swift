internal import MatrixWire
internal import PorchlightSDK
internal import Ports
internal import Screen

extension Model {
  /// The longest status text, in bytes of UTF-8: the server takes no more.
  static let statusLimit = 1_024

  mutating func changeStatus(_ action: Action) -> [Intent] {
    // Choice and text are sent together, so without an echo the text would be lost.
    guard isOwnKnown else {
      notices.show(Notice("not connected yet: your status is not known", .warning))
      return []
    }
    switch action {
    case .online: return choose(.online)
    case .away: return choose(.unavailable)
    case .busy: return choose(.busy)
    case .invisible: return choose(.hidden)
    case .freeForChat: return choose(.freeForChat)
    case .toggleAway: return choose(own.status.toggled(.unavailable, echo: echo))
    case .toggleBusy: return choose(own.status.toggled(.busy, echo: echo))
    case .clearStatus: return write("")
    case .editStatus:
      let text = own.status.current(echo).statusMessage ?? ""
      mode = .status(LineEditor(text, byteLimit: Self.statusLimit))
      return []
    default: return []
    }
  }

  mutating func press(_ key: Key, inStatus editor: LineEditor) -> [Intent] {
    switch Keymap.action(for: key, in: .editor) {
    case .submit:
      mode = .list
      return write(SafeText(untrusted: editor.text).string)
    case .close:
      mode = .list
      return []
    default:
      mode = .status(edited(editor, by: key))
      return []
    }
  }

  /// What the key makes of the line. What has no room is said, not swallowed.
  mutating func edited(_ editor: LineEditor, by key: Key) -> LineEditor {
    var editor = editor
    if !editor.handle(key) { reportUnknown(key) }
    reportCut(editor)
    return editor
  }

  mutating func reportCut(_ editor: LineEditor) {
    guard editor.isCut else { return }
    notices.show(Notice("no room for that: this line takes \(editor.byteLimit) bytes", .warning))
  }

  private mutating func choose(_ choice: PresenceState) -> [Intent] {
    let intents = publish(choice, text: own.status.current(echo).statusMessage) {
      Notice("you are " + SafeText(untrusted: DisplayState(chosen: choice).word) + " already")
    }
    if choice == .hidden, !intents.isEmpty {
      notices.show(Notice("you look offline; your profile stays public"))
    }
    return intents
  }

  private mutating func write(_ text: String) -> [Intent] {
    publish(own.status.current(echo).presence, text: text) {
      Notice(text.isEmpty ? "there is no status text to clear" : "that is your status text already")
    }
  }

  private mutating func publish(
    _ choice: PresenceState, text: String?, orSay nothingToDo: () -> Notice
  ) -> [Intent] {
    guard let update = own.status.want(choice, text: text, echo: echo) else {
      notices.show(nothingToDo())
      return []
    }
    return [.publish(update)]
  }
}
