internal import Screen

/// A line being written, and the command it is written for.
struct Prompt: Hashable, Sendable {
  enum Purpose: Hashable, Sendable {
    case status, invite, name
  }

  let purpose: Purpose
  var editor: LineEditor
  /// What is wrong with what is written.
  var note: String?

  init(_ purpose: Purpose, _ editor: LineEditor) {
    self.purpose = purpose
    self.editor = editor
  }

  /// What is to be done with the line.
  var command: (any Command)? {
    switch purpose {
    case .status: StatusCommand(argument: editor.text)
    case .invite: InviteCommand(argument: editor.text)
    case .name: NameCommand(argument: editor.text)
    }
  }

  var label: SafeText {
    switch purpose {
    case .status: "status: "
    case .invite: "invite: "
    case .name: "name: "
    }
  }

  /// What the keys do here.
  var help: SafeText {
    switch purpose {
    case .status, .name:
      "Enter sends, Esc cancels, empty clears; \(editor.remainingBytes) bytes left"
    case .invite: "Ask whom? @name:server or a name here; Enter asks, Esc cancels"
    }
  }
}
