internal import Screen

/// The terminal's answer to OSC 11, which asks for its background colour.
struct BackgroundAnswer: Hashable, Sendable {
  let red: UInt16
  let green: UInt16
  let blue: UInt16

  /// - Parameter bytes: an OSC without its end, `ESC ] 11 ; rgb:RRRR/GGGG/BBBB`; each colour has one to four
  ///   hexadecimal digits (XParseColor). `rgba:` and `#RRGGBB` are understood as well; nil for anything else.
  init?(_ bytes: [UInt8]) {
    let text = String(decoding: bytes.dropFirst(2).prefix(64), as: UTF8.self)
    guard bytes.starts(with: [0x1B, UInt8(ascii: "]")]), text.hasPrefix("11;") else { return nil }
    let color = text.dropFirst(3)
    var parts: [Substring]
    if color.hasPrefix("rgb:") || color.hasPrefix("rgba:") {
      parts = color.drop { $0 != ":" }.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    } else if color.hasPrefix("#"), color.count > 1, (color.count - 1) % 3 == 0 {
      let digits = color.dropFirst()
      let length = digits.count / 3
      parts = (0..<3).map { digits.dropFirst($0 * length).prefix(length) }
    } else {
      return nil
    }
    parts = Array(parts.prefix(3))
    let values = parts.compactMap { Self.component($0) }
    guard values.count == 3 else { return nil }
    (red, green, blue) = (values[0], values[1], values[2])
  }

  var event: InputEvent { .backgroundColor(red: red, green: green, blue: blue) }

  /// One to four digits, scaled so that all ones are all ones.
  private static func component(_ digits: Substring) -> UInt16? {
    guard (1...4).contains(digits.count), digits.allSatisfy(\.isHexDigit), let value = Int(digits, radix: 16)
    else { return nil }
    return UInt16(exactly: value * 0xFFFF / ((1 << (4 * digits.count)) - 1))
  }
}
