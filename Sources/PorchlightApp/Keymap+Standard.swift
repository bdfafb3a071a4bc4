internal import Screen

extension Keymap {
  /// The keys as they are unless the user chose others.
  static let standard = Keymap(
    list: [
      Section(
        title: "Moving",
        bindings: moving + [
          KeyBinding("move next-group", "}"), KeyBinding("move previous-group", "{"),
          KeyBinding("fold", " ", .tab),
          KeyBinding("offline", "o", hint: "offline"),
          KeyBinding("detail", "i", hint: "details"),
        ]),
      Section(
        title: "You",
        bindings: [
          KeyBinding("set online", "1", hint: "online"), KeyBinding("set away", "2", hint: "away"),
          KeyBinding("set busy", "3", hint: "busy"),
          KeyBinding("set invisible", "4", hint: "invisible"),
          KeyBinding("set free-for-chat", "5", hint: "free for chat"),
          KeyBinding("toggle away", "a", hint: "away"),
          KeyBinding("toggle busy", "d", hint: "busy"),
          KeyBinding("status", "s", hint: "status"),
          KeyBinding("clear", "c", hint: "clear"),
          KeyBinding("name", "@"),
          KeyBinding("undo", "u", hint: "undo"),
          KeyBinding("redo", .control("r")),
        ]),
      Section(
        title: "People",
        bindings: [
          KeyBinding("menu", .enter, hint: "menu"),
          KeyBinding("invites", "I", hint: "invites"),
          KeyBinding("accept", "A", hint: "accept"), KeyBinding("deny", "D", hint: "deny"),
          KeyBinding("ask-back", "y"),
          KeyBinding("invite", "+", hint: "invite"), KeyBinding("remove", "X", hint: "remove"),
        ]),
      Section(
        title: "Program",
        bindings: [
          KeyBinding("help", "?", .function(1), hint: "help"),
          KeyBinding("command-line", ":", hint: "command"),
          KeyBinding("reconnect", "R", .function(5), hint: "connect"),
          KeyBinding("redraw", .control("l")),
          KeyBinding("suspend", .control("z")), KeyBinding("cancel", .control("c")),
          KeyBinding("quit", "q", .function(10), hint: "quit"),
        ]),
    ],
    menu: moving + [
      KeyBinding("submit", .enter, hint: "choose"),
      KeyBinding("close", "q", .escape, .control("c"), hint: "close"),
    ],
    help: moving + [KeyBinding("close", "q?", .escape, .function(1), .control("c"), hint: "close")],
    editor: [
      KeyBinding("submit", .enter, hint: "send"),
      KeyBinding("close", .escape, .control("c"), hint: "cancel"),
    ],
    commandPrompt: [
      KeyBinding("submit", .enter, hint: "run"),
      KeyBinding("complete next", .tab, hint: "complete"), KeyBinding("complete previous", .backTab),
      KeyBinding("move previous", .up, .control("p"), hint: "recall"),
      KeyBinding("move next", .down, .control("n")),
      KeyBinding("close", .escape, .control("c"), hint: "cancel"),
    ],
    confirmation: [
      KeyBinding("submit", "y", hint: "yes"),
      KeyBinding("close", "n", .escape, .control("c"), hint: "no"),
    ])

  private static let moving = [
    KeyBinding("move next", "j", .down, .control("n")),
    KeyBinding("move previous", "k", .up, .control("p")),
    KeyBinding("move first", "g", .home), KeyBinding("move last", "G", .end),
    KeyBinding("move page-down", .pageDown), KeyBinding("move page-up", .pageUp),
    KeyBinding("move half-page-down", .control("d")),
    KeyBinding("move half-page-up", .control("u")),
  ]
}
