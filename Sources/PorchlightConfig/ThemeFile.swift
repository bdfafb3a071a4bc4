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

  /// What it says of terminals with 8 or 16 colours; see `ansiStyle(for:)`.
  public var ansiStyles: [ThemeRole: ThemeStyle]

  public init(
    name: String, appearance: Appearance = .any, background: ThemeColor = .terminal,
    styles: [ThemeRole: ThemeStyle] = [:], ansiStyles: [ThemeRole: ThemeStyle] = [:]
  ) {
    self.name = name
    self.appearance = appearance
    self.background = background
    self.styles = styles
    self.ansiStyles = ansiStyles
  }

  /// How a role looks: as the theme says, or like the nearest of its parents that the theme speaks of.
  public func style(for role: ThemeRole) -> ThemeStyle {
    if let style = styles[role] { return style }
    guard let parent = role.parent else {
      return role == .selection ? ThemeStyle(reverse: true) : .plain
    }
    return style(for: parent)
  }

  /// How a role looks with 8 or 16 colours, where the theme says so itself or of the nearest of the role's parents;
  /// nil where it says nothing, or speaks of the role only for terminals with more.
  public func ansiStyle(for role: ThemeRole) -> ThemeStyle? {
    if let style = ansiStyles[role] { return style }
    guard styles[role] == nil, let parent = role.parent else { return nil }
    return ansiStyle(for: parent)
  }
}
