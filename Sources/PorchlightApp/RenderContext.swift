internal import MatrixWire
internal import PorchlightConfig
internal import Screen

/// How the views draw: colours, marks, and whether names can be shown as they are.
struct RenderContext: Sendable {
  private(set) var theme: Theme
  /// What to choose from when the terminal says what its background is.
  private let themes: BackgroundThemes?
  let glyphs: Glyphs
  /// Without it, letters beyond ASCII become question marks.
  let showsUnicode: Bool

  init(_ options: AppOptions, _ capabilities: ScreenCapabilities) {
    theme = options.theme.limited(to: capabilities.colors)
    themes = options.themesByBackground
    showsUnicode = capabilities.unicode
    glyphs = capabilities.unicode ? options.glyphs : .ascii
  }

  subscript(role: ThemeRole) -> Style { theme[role] }

  func laid(_ style: Style, on role: ThemeRole) -> Style { theme.laid(style, on: role) }

  /// Takes the theme for that background, unless the user chose one.
  mutating func follow(background: RGB) {
    if let themes, !theme.hasNoColors { theme = themes.theme(on: background) }
  }

  func clip(_ text: SafeText, to width: Int) -> SafeText {
    text.clipped(to: width, ellipsis: glyphs.ellipsis)
  }

  func fit(_ text: SafeText, to width: Int) -> SafeText {
    text.fitted(to: width, ellipsis: glyphs.ellipsis)
  }
}

extension Person {
  /// The name as it may be shown: never empty, since a name of invisible letters would hide a row.
  var safeName: SafeText {
    let shown = SafeText(untrusted: name)
    return shown.isEmpty ? SafeText(untrusted: userID.rawValue) : shown
  }
}

extension Grid {
  /// The picture for a terminal that knows ASCII only.
  var asciiOnly: Grid {
    guard let mark = SafeText(stringLiteral: "?").glyphs.first else { return self }
    var grid = self
    for row in 0..<size.rows {
      for column in 0..<size.columns {
        let cell = self[row, column]
        guard let glyph = cell.glyph, !(glyph.base.isASCII && glyph.firstMark == nil) else { continue }
        grid[row, column] = Cell(mark, style: cell.style)
        if cell.isWide { grid[row, column + 1] = Cell(mark, style: cell.style) }
      }
    }
    return grid
  }
}
