extension ThemeFile {
  /// The themes that need no file.
  static let builtIn = [dark, light]

  static func rgb(_ value: UInt32) -> ThemeColor {
    .rgb(red: UInt8(value >> 16 & 0xFF), green: UInt8(value >> 8 & 0xFF), blue: UInt8(value & 0xFF))
  }
}
