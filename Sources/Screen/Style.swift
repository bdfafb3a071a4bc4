/// A colour as a view asks for it. What the terminal cannot show becomes its nearest colour in the driver.
public enum Color: Hashable, Sendable {
  /// The terminal's own foreground or background.
  case terminal
  /// 0 to 7 the ANSI colours, 8 to 15 their bright forms, 16 to 255 the xterm cube and greys.
  case indexed(UInt8)
  case rgb(red: UInt8, green: UInt8, blue: UInt8)
}

/// How a cell's glyph is set apart besides its colour.
public struct Attributes: OptionSet, Hashable, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  public static let bold = Attributes(rawValue: 1)
  public static let dim = Attributes(rawValue: 2)
  public static let italic = Attributes(rawValue: 4)
  public static let underline = Attributes(rawValue: 8)
  public static let reverse = Attributes(rawValue: 16)
}

/// How a cell looks.
public struct Style: Hashable, Sendable {
  public var foreground: Color
  public var background: Color
  public var attributes: Attributes

  public init(
    foreground: Color = .terminal, background: Color = .terminal, attributes: Attributes = []
  ) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }

  /// The terminal's own colours and no attribute.
  public static let plain = Style()

  /// This style with `other` laid over it: colours that `other` names win, attributes add up.
  public func overlaid(with other: Style) -> Style {
    Style(
      foreground: other.foreground == .terminal ? foreground : other.foreground,
      background: other.background == .terminal ? background : other.background,
      attributes: attributes.union(other.attributes))
  }
}
