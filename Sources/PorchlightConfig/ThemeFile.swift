/// A theme: a look for each role.
public struct ThemeFile: Hashable, Sendable {
  /// Which terminals a theme is made for.
  public enum Appearance: String, CaseIterable, Hashable, Sendable {
    case dark
    case light
    case any
  }

  public var name: String
  public var appearance: Appearance

  /// The ground that the colours were chosen for. It is not painted: a role with a background of its own is.
  public var background: ThemeColor

  /// What the theme says itself; see `style(for:)` for what a role looks like.
  public var styles: [ThemeRole: ThemeStyle]

  public init(
    name: String, appearance: Appearance = .any, background: ThemeColor = .terminal,
    styles: [ThemeRole: ThemeStyle] = [:]
  ) {
    self.name = name
    self.appearance = appearance
    self.background = background
    self.styles = styles
  }

  /// How a role looks: as the theme says, or like the nearest of its parents that the theme speaks of.
  public func style(for role: ThemeRole) -> ThemeStyle {
    if let style = styles[role] { return style }
    guard let parent = role.parent else {
      return role == .selection ? ThemeStyle(reverse: true) : .plain
    }
    return style(for: parent)
  }
}
