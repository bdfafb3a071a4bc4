/// A colour by its parts, 0 to 255 each.
public struct RGB: Hashable, Sendable {
  public var red: Int
  public var green: Int
  public var blue: Int

  /// Parts outside of 0 to 255 become the nearest of those.
  public init(red: Int, green: Int, blue: Int) {
    self.red = min(max(0, red), 255)
    self.green = min(max(0, green), 255)
    self.blue = min(max(0, blue), 255)
  }

  /// The colour xterm gives a number by default; the last one for anything above 255.
  public init(index: Int) {
    switch index {
    case 232...:
      let level = 8 + 10 * (min(index, 255) - 232)
      self.init(red: level, green: level, blue: level)
    case 16...:
      let steps = [0, 95, 135, 175, 215, 255]
      let cube = index - 16
      self.init(red: steps[cube / 36], green: steps[cube / 6 % 6], blue: steps[cube % 6])
    case 4: self.init(red: 0, green: 0, blue: 238)
    case 7: self.init(red: 229, green: 229, blue: 229)
    case 8: self.init(red: 127, green: 127, blue: 127)
    case 12: self.init(red: 92, green: 92, blue: 255)
    default:
      let full = index > 8 ? 255 : 205
      self.init(
        red: index & 1 == 0 ? 0 : full, green: index & 2 == 0 ? 0 : full, blue: index & 4 == 0 ? 0 : full)
    }
  }

  /// The colour the PC text mode and the Linux console give one of the sixteen ANSI colours.
  public init(vga index: Int) {
    let (low, high) = index > 7 ? (85, 255) : (0, 170)
    func part(_ bit: Int) -> Int { index & bit == 0 ? low : high }
    // What would be a dark yellow is brown there.
    self.init(red: part(1), green: index == 3 ? 85 : part(2), blue: part(4))
  }

  public static let black = RGB(red: 0, green: 0, blue: 0)
  public static let white = RGB(red: 255, green: 255, blue: 255)

  /// How different two colours look, by the cheap "redmean" formula.
  public func distance(to other: RGB) -> Int {
    let mean = (red + other.red) / 2
    let (dr, dg, db) = (red - other.red, green - other.green, blue - other.blue)
    return (512 + mean) * dr * dr / 256 + 4 * dg * dg + (767 - mean) * db * db / 256
  }

  /// The colour of xterm's 256 that looks most like this one, of those with a number in the range; the range's
  /// first where none `isUsable`.
  public func nearestIndex(among range: Range<Int>, where isUsable: (Int) -> Bool = { _ in true }) -> Int {
    var (best, least) = (range.lowerBound, Int.max)
    for index in range where isUsable(index) {
      let distance = distance(to: RGB(index: index))
      if distance < least { (best, least) = (index, distance) }
    }
    return best
  }

  /// Relative luminance, 0 to 1 (WCAG 2.2, "relative luminance").
  public var luminance: Double {
    0.2126 * Self.light(red) + 0.7152 * Self.light(green) + 0.0722 * Self.light(blue)
  }

  /// How well one can be read on the other, 1 to 21 (WCAG 2.2, "contrast ratio"); text wants 4.5.
  public func contrast(with other: RGB) -> Double {
    let (left, right) = (luminance, other.luminance)
    return (max(left, right) + 0.05) / (min(left, right) + 0.05)
  }

  /// The light of a part of sRGB.
  private static func light(_ part: Int) -> Double {
    let share = Double(part) / 255
    return share <= 0.04045 ? share / 12.92 : power((share + 0.055) / 1.055)
  }

  /// To the power of 2.4, without a library: the fifth root of the twelfth power, by Newton's method.
  private static func power(_ base: Double) -> Double {
    let target = (0..<12).reduce(1.0) { product, _ in product * base }
    var root = base
    for _ in 0..<24 {
      let fourth = root * root * root * root
      root -= (fourth * root - target) / (5 * fourth)
    }
    return root
  }
}
