import PorchlightConfig
import Screen
import Testing

@testable import PorchlightApp

@Suite struct ThemeTests {
  @Test func theBuiltInThemeColoursEveryState() {
    let theme = Theme(.builtIn)
    for standing in Standing.allCases { #expect(theme[standing.role].foreground != .terminal) }
  }

  @Test func withoutColoursThereAreAttributesOnly() {
    let theme = Theme(.builtIn, colors: 0)
    for role in ThemeRole.allCases {
      #expect(theme[role].foreground == .terminal)
      #expect(theme[role].background == .terminal)
    }
  }

  @Test func withoutColoursTheSelectionIsReversed() {
    #expect(Theme(.builtIn, colors: 0)[.selection].attributes.contains(.reverse))
    #expect(Theme(.builtIn).limited(to: 0)[.menuSelected].attributes.contains(.reverse))
  }

  @Test func aTerminalWithoutColoursGetsNone() {
    let scene = Scene.porch(capabilities: ScreenCapabilities(colors: 0, unicode: true))
    let grid = scene.grid
    for row in 0..<grid.size.rows {
      for column in 0..<grid.size.columns { #expect(grid[row, column].style.foreground == .terminal) }
    }
  }

  @Test func theSelectedRowStandsOutAsAWhole() throws {
    let grid = Scene.porch().grid
    let row = try #require((0..<24).first { grid.text(row: $0).hasPrefix(" > ") })
    let background = Theme(.builtIn)[.selection].background
    for column in 0..<80 { #expect(grid[row, column].style.background == background) }
  }

  @Test func anInterruptedRosterIsDimmed() {
    var scene = Scene.porch()
    scene.interrupt()
    #expect(scene.grid[7, 10].style.attributes.contains(.dim))
  }

  @Test(arguments: ["dark", "light", "mono"])
  func everyThemeSetsTheSelectionApart(name: String) throws {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let theme = Theme(try ThemeSearch(folders: ["/\(root)/themes"]).find(name))
    #expect(theme[.selection] != theme[.text])
    #expect(theme[.menuSelected] != theme[.menu])
  }

  @Test func noMarkIsWiderThanACell() {
    for glyphs in [Glyphs.unicode, .ascii] {
      for standing in Standing.allCases { #expect(glyphs[standing].cells == 1) }
    }
  }
}
