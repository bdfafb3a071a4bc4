/// A colour as a theme file names it.
public enum ThemeColor: Hashable, Sendable {
  /// The terminal's own colour: `default`.
  case terminal
  /// One of the sixteen ANSI colours by name, or 0 to 255.
  case indexed(UInt8)
  /// `#rrggbb`.
  case rgb(red: UInt8, green: UInt8, blue: UInt8)

  private static let ansiNames = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]

  /// The names of the ANSI colours in their order, the bright ones from the ninth on.
  public static let names = ansiNames + ansiNames.map { "bright-\($0)" }

  /// Reads `default`, a name, a number or `#rrggbb`; nil for anything else.
  public init?(_ text: String) {
    if text == "default" {
      self = .terminal
    } else if let index = Self.names.firstIndex(of: text) {
      self = .indexed(UInt8(index))
    } else if text.utf8.first == UInt8(ascii: "#") {
      guard let color = Self(hex: text.dropFirst()) else { return nil }
      self = color
    } else if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let index = UInt8(text) {
      self = .indexed(index)
    } else {
      return nil
    }
  }

  private init?(hex: Substring) {
    let digits = hex.compactMap(\.hexDigitValue)
    guard hex.utf8.count == 6, digits.count == 6 else { return nil }
    self = .rgb(
      red: UInt8(digits[0] * 16 + digits[1]), green: UInt8(digits[2] * 16 + digits[3]),
      blue: UInt8(digits[4] * 16 + digits[5]))
  }
}
