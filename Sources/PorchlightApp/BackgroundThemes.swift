internal import PorchlightConfig
internal import Screen

/// The themes to choose from by the terminal's background. Each is made when it is asked for: a first picture needs
/// one only.
public struct BackgroundThemes: Hashable, Sendable {
  /// How many colours the terminal has.
  private let colors: Int

  public init(colors: Int) {
    self.colors = colors
  }

  public func theme(isLight: Bool) -> Theme {
    Theme(isLight ? .light : .dark, colors: colors)
  }

  /// The one with the greater contrast.
  func theme(on background: RGB) -> Theme {
    theme(isLight: background.contrast(with: .black) > background.contrast(with: .white))
  }
}
