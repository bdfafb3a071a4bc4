public import PorchlightConfig
internal import Screen

/// A theme file as the views use it: each role's look, in colours that the terminal has.
///
/// With no colours (NO_COLOR, a monochrome terminal) it is attributes only, and what a file says by
/// background alone, such as the selection, is reversed instead.
public struct Theme: Hashable, Sendable {
  private let styles: [ThemeRole: Style]
  private let colors: ColorDepth

  /// - Parameters:
  ///   - file: what the user chose.
  ///   - colors: how many colours the terminal has, 0 for none.
  public init(_ file: ThemeFile, colors: Int = 16_777_216) {
    let colors = ColorDepth(colors, appearance: file.appearance)
    self.colors = colors
    var styles: [ThemeRole: Style] = [:]
    for role in ThemeRole.allCases { styles[role] = colors.style(for: role, in: file) }
    self.styles = styles
  }

  subscript(role: ThemeRole) -> Style { styles[role] ?? .plain }

  /// A look on the ground of a role that has one, such as the selection: its own colour where that can be read
  /// there, the role's where not.
  func laid(_ style: Style, on role: ThemeRole) -> Style {
    let ground = self[role]
    var laid = style.overlaid(with: ground)
    guard ground.background != .terminal, style.foreground != .terminal else { return laid }
    let kept = Style(
      foreground: style.foreground, background: ground.background, attributes: laid.attributes)
    if colors.canBeRead(kept) { laid.foreground = style.foreground }
    return laid
  }

  var hasNoColors: Bool { colors.isNone }

  /// This theme on a terminal with so many colours.
  func limited(to colors: Int) -> Theme {
    colors > 0 || self.colors.isNone ? self : Theme(withoutColors: self)
  }

  private init(withoutColors theme: Theme) {
    colors = ColorDepth(0, appearance: .any)
    styles = .init(
      uniqueKeysWithValues: theme.styles.map { ($0.key, $0.value.withoutColors(for: $0.key)) })
  }
}

extension Style {
  init(_ style: ThemeStyle) {
    var attributes: Attributes = []
    if style.bold { attributes.insert(.bold) }
    if style.dim { attributes.insert(.dim) }
    if style.italic { attributes.insert(.italic) }
    if style.underline { attributes.insert(.underline) }
    if style.reverse { attributes.insert(.reverse) }
    self.init(
      foreground: Color(style.foreground), background: Color(style.background), attributes: attributes)
  }

  /// The look by attributes alone, for the roles that must be told apart all the same.
  func withoutColors(for role: ThemeRole) -> Style {
    var attributes = attributes
    switch role {
    case .selection, .menuSelected: attributes.insert(.reverse)
    case .feedHighlight, .error, .warning, .invite, .title: attributes.insert(.bold)
    case .pending, .offline, .dim: attributes.insert(.dim)
    default: break
    }
    return Style(attributes: attributes)
  }
}

extension Color {
  init(_ color: ThemeColor) {
    self =
      switch color {
      case .terminal: .terminal
      case .indexed(let index): .indexed(index)
      case .rgb(let red, let green, let blue): .rgb(red: red, green: green, blue: blue)
      }
  }
}

extension DisplayState {
  /// The role that colours a state's glyph and word.
  var role: ThemeRole {
    switch self {
    case .invite: .invite
    case .freeForChat: .freeForChat
    case .online: .online
    case .busy: .busy
    case .idle: .idle
    case .offline: .offline
    case .unknown: .unknown
    case .away: .away
    case .invisible: .invisible
    }
  }
}
