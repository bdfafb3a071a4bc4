import PorchlightConfig
import Screen
import Testing

@testable import PorchlightApp

/// What a terminal shows for each role of each theme, and whether that can be read.
@Suite struct ColorDepthTests {
  private static let depths = [8, 16, 256, 1 << 24]

  private static func file(_ name: String) throws -> ThemeFile {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return try ThemeSearch(folders: ["/\(root)/themes"]).find(name)
  }

  /// The colours of a look on terminals of both kinds. A bold dark colour is its bright form on both; with sixteen
  /// colours some show it as it is.
  private func shown(_ color: Color, _ attributes: Attributes, colors: Int) -> [RGB] {
    guard case .indexed(let index) = color else {
      guard case .rgb(let red, let green, let blue) = color else { return [] }
      return [RGB(red: Int(red), green: Int(green), blue: Int(blue))]
    }
    let number = Int(index)
    guard number < 16 else { return [RGB(index: number)] }
    var numbers = [number]
    if attributes.contains(.bold), number < 8 { numbers = colors == 8 ? [number + 8] : [number, number + 8] }
    return numbers.flatMap { [RGB(index: $0), RGB(vga: $0)] }
  }

  private func contrast(_ style: Style, on ground: RGB, ink: RGB, colors: Int) -> Double {
    var texts = shown(style.foreground, style.attributes, colors: colors)
    var grounds = shown(style.background, [], colors: colors)
    if texts.isEmpty { texts = [ink] }
    if grounds.isEmpty { grounds = [ground] }
    return texts.flatMap { text in grounds.map { text.contrast(with: $0) } }.min() ?? 0
  }

  @Test(arguments: ["dark", "light"], depths)
  func everyRoleCanBeReadWithFewColoursToo(name: String, colors: Int) throws {
    let theme = Theme(try Self.file(name), colors: colors)
    let (ground, ink): (RGB, RGB) = name == "dark" ? (.black, .white) : (.white, .black)
    for role in ThemeRole.allCases {
      let style = theme[role]
      #expect(contrast(style, on: ground, ink: ink, colors: colors) >= 4.5, "\(role) in \(name), \(colors)")
      for block in [ThemeRole.selection, .menu] {
        let laid = theme.laid(style, on: block)
        #expect(laid.background == theme[block].background || style.background != .terminal)
        #expect(
          contrast(laid, on: ground, ink: ink, colors: colors) >= 4.5,
          "\(role) on \(block) in \(name), \(colors)")
      }
    }
  }

  /// A dark theme on a white terminal, and the other way round: what has a ground of its own reads all the same.
  @Test(arguments: ["dark", "light"], depths)
  func theSelectedRowAndTheMenuReadOnAnyTerminal(name: String, colors: Int) throws {
    let theme = Theme(try Self.file(name), colors: colors)
    for (ground, ink) in [(RGB.black, RGB.white), (.white, .black)] {
      for block in [ThemeRole.selection, .menu, .menuSelected] {
        #expect(theme[block].foreground != .terminal && theme[block].background != .terminal)
        for style in [theme[.text], theme[.active], theme[.online], theme[.offline]] {
          let laid = theme.laid(style, on: block)
          #expect(
            contrast(laid, on: ground, ink: ink, colors: colors) >= 4.5, "\(block) in \(name), \(colors)")
        }
      }
    }
  }

  @Test func theAgeOnTheLightThemesSelectedRowCanBeRead() throws {
    for colors in Self.depths {
      let theme = Theme(try Self.file("light"), colors: colors)
      let laid = theme.laid(theme[.active], on: .selection)
      #expect(contrast(laid, on: .white, ink: .black, colors: colors) >= 4.5)
    }
  }

  @Test(arguments: ["dark", "light"], [8, 16])
  func theStatesAreToldApartByColourWithEightColoursToo(name: String, colors: Int) throws {
    let theme = Theme(try Self.file(name), colors: colors)
    let states: [ThemeRole] = [.freeForChat, .online, .busy, .idle, .offline, .invite]
    #expect(Set(states.map { theme[$0] }).count == states.count)
    #expect(theme[.offline].foreground == .terminal)
    for state in states where state != .offline { #expect(theme[state].foreground != .terminal) }
  }

  @Test(arguments: [8, 16], ["dark", "light"])
  func noTextIsBlackOrBrightBlackOnTheTerminalsGround(colors: Int, name: String) throws {
    let theme = Theme(try Self.file(name), colors: colors)
    for role in ThemeRole.allCases where theme[role].background == .terminal {
      #expect(![.indexed(0), .indexed(8)].contains(theme[role].foreground), "\(role)")
    }
  }

  @Test(arguments: [8, 16])
  func aThemeThatSaysNothingOfFewColoursGetsReadableOnes(colors: Int) throws {
    var file = try Self.file("dark")
    file.ansiStyles = [:]
    let theme = Theme(file, colors: colors)
    for role in ThemeRole.allCases {
      let style = theme[role]
      #expect(contrast(style, on: .black, ink: .white, colors: colors) >= 4.5, "\(role)")
    }
    #expect(theme[.selection].attributes.contains(.reverse))
    #expect(theme[.busy].foreground != .terminal)
  }
}
