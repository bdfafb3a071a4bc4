internal import Screen

/// Turns the colours that a view asks for into those the terminal has.
struct Palette {
  /// A terminal's colour: -1 is its own.
  struct Entry: Hashable {
    var index: Int32
    /// Bright colours on a terminal of eight are shown as bold.
    var bold = false

    static let terminal = Entry(index: -1)
  }

  let colors: Int

  /// The foreground and background to use. They never end up alike unless they were asked for alike.
  func resolve(_ style: Style) -> (foreground: Entry, background: Entry) {
    let foreground = entry(style.foreground)
    let background = entry(style.background)
    if foreground.index == background.index, style.foreground != style.background {
      return (foreground, .terminal)
    }
    return (foreground, background)
  }

  func entry(_ color: Color) -> Entry {
    guard colors >= 8 else { return .terminal }
    switch color {
    case .terminal: return .terminal
    case .indexed(let index): return entry(index: Int(index))
    case .rgb(let red, let green, let blue):
      return entry(RGB(red: Int(red), green: Int(green), blue: Int(blue)))
    }
  }

  private func entry(index: Int) -> Entry {
    if colors >= 1 << 24 {
      // A direct-colour terminal keeps 0 to 7 for the ANSI colours; everything else is a colour value.
      return index < 8 ? Entry(index: Int32(index)) : entry(RGB(index: index))
    }
    if index < colors { return Entry(index: Int32(index)) }
    return index < 16 ? Entry(index: Int32(index - 8), bold: true) : entry(RGB(index: index))
  }

  private func entry(_ rgb: RGB) -> Entry {
    if colors >= 1 << 24 {
      return Entry(index: max(8, Int32(rgb.red << 16 | rgb.green << 8 | rgb.blue)))
    }
    // The first sixteen are left out where there are more: people give them colours of their own.
    let candidates = colors >= 256 ? 16..<256 : 0..<16
    var best = candidates.lowerBound
    var bestDistance = Int.max
    for index in candidates {
      let distance = rgb.distance(to: RGB(index: index))
      if distance < bestDistance {
        best = index
        bestDistance = distance
      }
    }
    return colors >= 16 || best < 8
      ? Entry(index: Int32(best)) : Entry(index: Int32(best - 8), bold: true)
  }
}

/// A colour by its parts, 0 to 255 each.
struct RGB: Hashable {
  var red: Int
  var green: Int
  var blue: Int
}

extension RGB {
  /// The colour xterm gives a number by default.
  init(index: Int) {
    switch index {
    case 232...:
      let level = 8 + 10 * (index - 232)
      self.init(red: level, green: level, blue: level)
    case 16...:
      let steps = [0, 95, 135, 175, 215, 255]
      let cube = index - 16
      self.init(red: steps[cube / 36], green: steps[cube / 6 % 6], blue: steps[cube % 6])
    case 7: self.init(red: 229, green: 229, blue: 229)
    case 8: self.init(red: 127, green: 127, blue: 127)
    default:
      let full = index > 8 ? 255 : 205
      self.init(
        red: index & 1 == 0 ? 0 : full, green: index & 2 == 0 ? 0 : full, blue: index & 4 == 0 ? 0 : full)
    }
  }

  /// How different two colours look, by the cheap "redmean" formula.
  func distance(to other: RGB) -> Int {
    let mean = (red + other.red) / 2
    let (dr, dg, db) = (red - other.red, green - other.green, blue - other.blue)
    return (512 + mean) * dr * dr / 256 + 4 * dg * dg + (767 - mean) * db * db / 256
  }
}
