import PorchlightConfig
import Ports
import Screen
import Testing

@testable import PorchlightApp

@Suite struct ThemeTests {
  @Test func theBuiltInThemeColoursEveryState() {
    let theme = Theme(.dark)
    for displayState in DisplayState.allCases { #expect(theme[displayState.role].foreground != .terminal) }
  }

  @Test func withoutColoursThereAreAttributesOnly() {
    let theme = Theme(.dark, colors: 0)
    for role in ThemeRole.allCases {
      #expect(theme[role].foreground == .terminal)
      #expect(theme[role].background == .terminal)
    }
  }

  @Test func withoutColoursTheSelectionIsReversed() {
    #expect(Theme(.dark, colors: 0)[.selection].attributes.contains(.reverse))
    #expect(Theme(.dark).limited(to: 0)[.menuSelected].attributes.contains(.reverse))
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
    let background = Theme(.dark)[.selection].background
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

  private func scene(answering background: RGB, after span: Duration, chosen: Bool = false) -> Scene {
    var options = AppOptions(theme: Theme(.dark), seed: 1)
    if !chosen { options.themesByBackground = BackgroundThemes(colors: 1 << 24) }
    var scene = Scene(options: options)
    scene.wait(span)
    func wide(_ part: Int) -> UInt16 { UInt16(part * 257) }
    scene.send(
      .input(
        .backgroundColor(
          red: wide(background.red), green: wide(background.green), blue: wide(background.blue))))
    return scene
  }

  @Test func aWhiteTerminalGetsTheLightTheme() {
    let white = scene(answering: .white, after: .milliseconds(900))
    #expect(white.model.look[.online] == Theme(.light)[.online])
    let black = scene(answering: RGB(red: 16, green: 18, blue: 22), after: .milliseconds(900))
    #expect(black.model.look[.online] == Theme(.dark)[.online])
  }

  @Test func anAnswerAfterASecondChangesNothing() {
    let late = scene(answering: .white, after: .milliseconds(1_001))
    #expect(late.model.look[.online] == Theme(.dark)[.online])
  }

  @Test func theChosenThemeWins() {
    let chosen = scene(answering: .white, after: .zero, chosen: true)
    #expect(chosen.model.look[.online] == Theme(.dark)[.online])
  }

  @Test func noMarkIsWiderThanACell() {
    for glyphs in [Glyphs.unicode, .ascii] {
      for displayState in DisplayState.allCases { #expect(glyphs[displayState].cells == 1) }
    }
  }
}
