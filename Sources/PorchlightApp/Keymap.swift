internal import Screen

/// Which key does what, where: commands as text, so that other keys are other data. The help, the menu and the hints of
/// the last line are made from it; words inside of sentences ("A accepts") name the standard keys.
struct Keymap: Hashable, Sendable {
  /// Where a key is pressed.
  enum Scope: CaseIterable, Hashable, Sendable {
    case list, menu, help, editor, commandPrompt, confirmation
  }

  /// A part of the list's keys, and of the help.
  struct Section: Hashable, Sendable {
    let title: String
    let bindings: [KeyBinding]
  }

  /// The list's keys, as the help shows them.
  let sections: [Section]
  private let list: [KeyBinding]
  private let menu: [KeyBinding]
  private let help: [KeyBinding]
  private let editor: [KeyBinding]
  private let commandPrompt: [KeyBinding]
  private let confirmation: [KeyBinding]

  init(
    list sections: [Section], menu: [KeyBinding], help: [KeyBinding], editor: [KeyBinding],
    commandPrompt: [KeyBinding], confirmation: [KeyBinding]
  ) {
    self.sections = sections
    self.menu = menu
    self.help = help
    self.editor = editor
    self.commandPrompt = commandPrompt
    self.confirmation = confirmation
    list = sections.flatMap(\.bindings)
  }

  /// What a key does. Enter of the keypad does what Enter does, except in a menu, where it might answer an invite.
  func line(for key: Key, in scope: Scope) -> CommandText? {
    let key = key == .keypadEnter && scope != .menu ? .enter : key
    return bindings(in: scope).first { $0.keys.contains(key) }?.line
  }

  /// The keys of a command in the list.
  func keys(for line: CommandText) -> [Key] { list.first { $0.line == line }?.keys ?? [] }

  /// What the list's keys for these are, in that order, as far as they are worth a hint.
  func hints(for lines: [CommandText]) -> [KeyBinding] {
    lines.compactMap { line in list.first { $0.line == line && $0.hint != nil } }
  }

  func bindings(in scope: Scope) -> [KeyBinding] {
    switch scope {
    case .list: list
    case .menu: menu
    case .help: help
    case .editor: editor
    case .commandPrompt: commandPrompt
    case .confirmation: confirmation
    }
  }
}
