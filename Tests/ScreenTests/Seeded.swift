import Screen

/// A small generator, so that a failing case can be repeated from its seed.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  private static let scalars: [Unicode.Scalar] = [
    "a", "b", "z", " ", "李", "雷", "한", "👍", "\u{301}", "\u{302}", "\u{1B}", "\u{200D}", "\u{202E}", "\n", "e",
    "🇩", "🇪", "\u{FE0F}", "\u{E33}", "\u{93F}",
  ]

  mutating func text(length: Int) -> String {
    var view = String.UnicodeScalarView()
    for _ in 0..<length { view.append(Self.scalars.randomElement(using: &self) ?? "a") }
    return String(view)
  }

  mutating func style() -> Style {
    let colors: [Color] = [.terminal, .indexed(3), .rgb(red: 1, green: 2, blue: 3)]
    return Style(
      foreground: colors.randomElement(using: &self) ?? .terminal,
      attributes: next() % 4 == 0 ? .bold : [])
  }

  mutating func grid(_ size: Size) -> Grid {
    var grid = Grid(size: size)
    for _ in 0..<Int.random(in: 0...40, using: &self) {
      let glyphs = SafeText(untrusted: text(length: 4)).glyphs
      guard let glyph = glyphs.first else { continue }
      let row = Int.random(in: -1...size.rows, using: &self)
      let column = Int.random(in: -1...size.columns, using: &self)
      grid[row, column] = Cell(glyph, style: style())
      let other = style()
      grid.restyle(row: row, column: Int.random(in: -1...size.columns, using: &self)) { $0 = other }
    }
    return grid
  }
}

extension Grid {
  /// Whether every wide glyph has its other half, and no half is alone.
  var isWellFormed: Bool {
    (0..<size.rows).allSatisfy { row in
      (0..<size.columns).allSatisfy { column in
        let cell = self[row, column]
        if cell.isWide {
          return column + 1 < size.columns && self[row, column + 1].isContinuation
            && self[row, column + 1].style == cell.style
        }
        return !cell.isContinuation || (column > 0 && self[row, column - 1].isWide)
      }
    }
  }
}
