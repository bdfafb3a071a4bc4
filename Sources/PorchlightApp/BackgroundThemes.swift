internal import Screen

/// The themes to choose from by the terminal's background.
public struct BackgroundThemes: Hashable, Sendable {
  let dark: Theme
  let light: Theme

  public init(dark: Theme, light: Theme) {
    self.dark = dark
    self.light = light
  }

  /// The one whose text stands out more.
  func theme(on background: RGB) -> Theme {
    theme(isLight: background.contrast(with: .black) > background.contrast(with: .white))
  }

  public func theme(isLight: Bool) -> Theme { isLight ? light : dark }

  func limited(to colors: Int) -> BackgroundThemes {
    BackgroundThemes(dark: dark.limited(to: colors), light: light.limited(to: colors))
  }
}
