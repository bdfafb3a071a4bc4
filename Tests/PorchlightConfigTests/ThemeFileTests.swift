import PorchlightConfig
import Testing

@Suite struct ThemeFileTests {
  private func theme(_ text: String) throws -> ThemeFile {
    try ThemeFile(toml: text, file: "themes/paper.toml")
  }

  private func message(_ text: String) -> String {
    let error = #expect(throws: ConfigError.self) { try theme(text) }
    return error?.description ?? ""
  }

  @Test func everySettingIsRead() throws {
    let theme = try theme(
      """
      name = "paper"
      appearance = "light"
      background = "#fafafa"
      [colors]
      text = 235
      online = "#7fd962"
      busy = { fg = "bright-red", bg = "default", bold = true, underline = true }
      "status-text" = { dim = true, italic = true, reverse = true, bold = false }
      """)
    let expected = ThemeFile(
      name: "paper", appearance: .light, background: .rgb(red: 0xFA, green: 0xFA, blue: 0xFA),
      styles: [
        .text: ThemeStyle(foreground: .indexed(235)),
        .online: ThemeStyle(foreground: .rgb(red: 0x7F, green: 0xD9, blue: 0x62)),
        .busy: ThemeStyle(foreground: .indexed(9), bold: true, underline: true),
        .statusText: ThemeStyle(dim: true, italic: true, reverse: true),
      ])
    #expect(theme == expected)
  }

  @Test func aFileWithoutANameIsCalledLikeTheFile() throws {
    #expect(try theme("").name == "paper")
    #expect(try theme("") == ThemeFile(name: "paper"))
  }

  @Test func dottedKeysAndTablesMeanTheSame() throws {
    let inline = try theme("[colors]\nbusy = { fg = \"red\" }")
    #expect(try theme("colors.busy.fg = \"red\"") == inline)
    #expect(try theme("[colors.busy]\nfg = \"red\"") == inline)
  }

  @Test(
    arguments: [
      ("[colors]\n\nonlin = \"green\"", "3: unknown role 'onlin'; did you mean 'online'?"),
      (
        "[colors]\nonline = \"#12345\"",
        "2: '#12345' is not a colour; expected a name such as green, 0 to 255, or #rrggbb"
      ),
      ("[colors]\nonline = \"gren\"", "2: 'gren' is not a colour; did you mean 'green'?"),
      (
        "[colors]\nonline = 256",
        "2: '256' is not a colour; expected a name such as green, 0 to 255, or #rrggbb"
      ),
      (
        "[colors]\nonline = -1",
        "2: '-1' is not a colour; expected a name such as green, 0 to 255, or #rrggbb"
      ),
      (
        "[colors]\nonline = true",
        "2: 'online' is true or false; expected a colour, or a table such as { fg = \"green\", bold = true }"
      ),
      ("[colors]\nonline = { bold = 1 }", "2: 'bold' is a whole number; expected true or false"),
      (
        "[colors]\nonline = { blink = true }",
        "2: unknown setting 'blink'; expected one of fg, bg, bold, dim, italic, underline, reverse"
      ),
      ("# c\nnam = \"x\"", "2: unknown key 'nam'; did you mean 'name'?"),
      ("name = 3", "1: 'name' is a whole number; expected a text in quotes"),
      ("appearance = \"dim\"", "1: 'dim' is no appearance; expected dark, light or any"),
      ("colors = 1.5", "1: 'colors' is a value of type double; expected a table of roles, [colors]"),
      ("\n\ncolors.busy.fg = \"blu\"", "3: 'blu' is not a colour; did you mean 'blue'?"),
      ("[colors.busy]\nbold = true\nbg = []", "3: 'bg' is a value of type array; expected a name such"),
      ("[\"colors\"]\r\n\"o\\u006Elin\" = 1\r\n", "2: unknown role 'onlin'; did you mean 'online'?"),
      (
        "name = \"\"\"\nappearance = 1\n[colors]\n\"\"\"\n[colors]\nx = 1",
        "6: unknown role 'x'; expected one of text,"
      ),
      ("[colors]\nzzz = 1\n[aaa]\nb = 1", "3: unknown key 'aaa'; expected one of name, appearance"),
      ("[colors]\n\"\\u001b[31m\" = 1", "2: unknown role '?[31m'; expected one of"),
    ] as [(String, String)])
  func aMistakeIsToldWithItsLine(text: String, expected: String) {
    #expect(message(text).hasPrefix("themes/paper.toml:\(expected)"), "\(message(text))")
  }

  @Test(arguments: [
    ("[colors]\nonline = \"red\"\nonline = \"green\"", 3), ("name = \"x", 1), ("[colors\n", 1),
    ("a = 1\nb = = 2", 2),
  ])
  func brokenTOMLIsToldWithItsLine(text: String, line: Int) {
    #expect(message(text).hasPrefix("themes/paper.toml:\(line): not valid TOML: "), "\(message(text))")
    #expect(!message(text).contains("\n"))
  }

  @Test func aNULByteIsRefused() {
    let told = message("name = \"a\"\n\0[colors")
    #expect(told == "themes/paper.toml: contains a NUL byte; expected a text file")
  }

  @Test func deepNestingIsNoTrouble() {
    let deep = "name = " + String(repeating: "[", count: 5_000)
    #expect(message(deep).hasPrefix("themes/paper.toml:1: "))
  }

  @Test func aMissingRoleLooksLikeItsParent() {
    let green = ThemeStyle(foreground: .indexed(2))
    let theme = ThemeFile(name: "x", styles: [.online: green, .dim: ThemeStyle(dim: true)])
    #expect(theme.style(for: .freeForChat) == green)
    #expect(theme.style(for: .unknown) == ThemeStyle(dim: true))
    #expect(theme.style(for: .menu) == .plain)
    #expect(theme.style(for: .menuSelected) == ThemeStyle(reverse: true))
  }

  @Test func everyRoleHasAnAncestorWithoutParent() {
    for role in ThemeRole.allCases {
      var current = role
      var steps = 0
      while let parent = current.parent, steps < 10 {
        current = parent
        steps += 1
      }
      #expect(current == .text || current == .selection, "\(role)")
    }
  }
}

/// What would end the process inside the parser is refused before it.
struct ParserGuardTests {
  @Test(arguments: ["[[[", "[.", "[.colors]", "[]", "[ ]", "[[.]]", "a = 1\n  [", "[\u{E9}]"])
  func aTableWithoutANameIsRefusedWithItsLine(_ text: String) throws {
    let error = #expect(throws: ConfigError.self) { try ThemeFile(toml: text, file: "x.toml") }
    #expect(error?.line == text.split(separator: "\n", omittingEmptySubsequences: false).count)
  }

  @Test func aLineNobodyWritesIsRefusedAtOnce() throws {
    let text = String(repeating: "a.", count: 30_000) + "a = 1"
    let error = #expect(throws: ConfigError.self) { try ThemeFile(toml: text, file: "x.toml") }
    #expect(error?.line == 1)
  }
}
