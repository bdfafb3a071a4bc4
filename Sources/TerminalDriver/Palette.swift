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
    let best = rgb.nearestIndex(among: colors >= 256 ? 16..<256 : 0..<16)
    return colors >= 16 || best < 8
      ? Entry(index: Int32(best)) : Entry(index: Int32(best - 8), bold: true)
  }
}
