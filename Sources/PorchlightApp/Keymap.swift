internal import Screen

/// Which key does what, where. The help and the hints are made from it, so they cannot lie.
enum Keymap {
  /// Where a key is pressed.
  enum Scope: CaseIterable, Hashable, Sendable {
    case list, menu, help, editor, question
  }

  struct Binding: Hashable, Sendable {
    let action: Action
    let keys: [Key]
    /// A word for the last line, if the action is worth one.
    var hint: String?

    /// Each of the letters is a key, and so is each of the others.
    init(_ action: Action, _ letters: String, _ keys: Key..., hint: String? = nil) {
      self.action = action
      self.keys = letters.unicodeScalars.map { .character($0) } + keys
      self.hint = hint
    }

    init(_ action: Action, _ keys: Key..., hint: String? = nil) {
      self.action = action
      self.keys = keys
      self.hint = hint
    }
  }

  /// A part of the help.
  struct Section: Hashable, Sendable {
    let title: String
    let bindings: [Binding]
  }

  /// What a key does. Enter of the keypad does what Enter does, except in a menu, where it might answer an invite.
  static func action(for key: Key, in scope: Scope) -> Action? {
    let key = key == .keypadEnter && scope != .menu ? .enter : key
    return bindings(in: scope).first { $0.keys.contains(key) }?.action
  }

  static func keys(for action: Action, in scope: Scope = .list) -> [Key] {
    bindings(in: scope).first { $0.action == action }?.keys ?? []
  }

  static func bindings(in scope: Scope) -> [Binding] {
    switch scope {
    case .list: list.flatMap(\.bindings)
    case .menu: moving + [Binding(.submit, .enter, hint: "choose"), leaving]
    case .help:
      moving + [
        Binding(.close, "q?", .escape, .function(1), .control("c"), hint: "close")
      ]
    case .editor:
      [
        Binding(.submit, .enter, hint: "send"),
        Binding(.close, .escape, .control("c"), hint: "cancel"),
      ]
    case .question:
      [
        Binding(.confirm, "y", hint: "yes"),
        Binding(.close, "n", .escape, .control("c"), hint: "no"),
      ]
    }
  }

  /// The list's keys, as the help shows them.
  static let list = [
    Section(
      title: "Moving",
      bindings: moving + [
        Binding(.nextGroup, "}"), Binding(.previousGroup, "{"),
        Binding(.fold, " ", .tab),
        Binding(.toggleOffline, "o", hint: "offline"),
        Binding(.detail, "i", hint: "details"),
        Binding(.menu, .enter, hint: "menu"),
      ]),
    Section(
      title: "You",
      bindings: [
        Binding(.online, "1", hint: "online"), Binding(.away, "2", hint: "away"),
        Binding(.busy, "3", hint: "busy"),
        Binding(.invisible, "4", hint: "invisible"),
        Binding(.freeForChat, "5", hint: "free for chat"),
        Binding(.toggleAway, "a", hint: "away"),
        Binding(.toggleBusy, "d", hint: "busy"),
        Binding(.editStatus, "s", hint: "status"),
        Binding(.clearStatus, "c", hint: "clear"),
        Binding(.editName, "@"),
      ]),
    Section(
      title: "People",
      bindings: [
        Binding(.jumpToInvites, "I", hint: "invites"),
        Binding(.accept, "A", hint: "accept"), Binding(.deny, "D", hint: "deny"),
        Binding(.askBack, "y"),
        Binding(.invite, "+", hint: "invite"), Binding(.remove, "X", hint: "remove"),
      ]),
    Section(
      title: "Program",
      bindings: [
        Binding(.help, "?", .function(1), hint: "help"),
        Binding(.reconnect, "R", .function(5), hint: "connect"), Binding(.redraw, .control("l")),
        Binding(.suspend, .control("z")), Binding(.cancel, .control("c")),
        Binding(.quit, "q", .function(10), hint: "quit"),
      ]),
  ]

  private static let moving = [
    Binding(.next, "j", .down, .control("n")),
    Binding(.previous, "k", .up, .control("p")),
    Binding(.first, "g", .home), Binding(.last, "G", .end),
    Binding(.pageDown, .pageDown), Binding(.pageUp, .pageUp),
    Binding(.halfPageDown, .control("d")), Binding(.halfPageUp, .control("u")),
  ]

  private static let leaving = Binding(.close, "q", .escape, .control("c"), hint: "close")
}
