internal import CTerminal
internal import Screen

/// Numbers the pairs of colours in use, because ncurses wants pairs.
///
/// Numbers are never taken back: ncurses' own `alloc_pair` would, and recolour what is on the screen. When a
/// terminal of few colours runs out, the background is given up first, then the foreground.
struct ColorPairs {
  private struct Pair: Hashable {
    var foreground: Int32
    var background: Int32
  }

  /// How a style is passed to the shim.
  struct ShimStyle: Hashable {
    var pair: Int32
    var attributes: UInt32
  }

  private let palette: Palette
  private let limit: Int32
  private let define: (_ pair: Int32, _ foreground: Int32, _ background: Int32) -> Bool
  private var numbers: [Pair: Int32] = [:]
  private var looks: [Style: ShimStyle] = [:]

  init(
    palette: Palette, limit: Int32,
    define: @escaping (Int32, Int32, Int32) -> Bool = porch_terminal_define_pair
  ) {
    self.palette = palette
    self.limit = limit
    self.define = define
  }

  mutating func look(of style: Style) -> ShimStyle {
    if let known = looks[style] { return known }
    let (foreground, background) = palette.resolve(style)
    // The shim's PORCH_TERMINAL_BOLD and its siblings are the same bits.
    var attributes = UInt32(style.attributes.rawValue)
    if foreground.bold { attributes |= UInt32(Attributes.bold.rawValue) }
    let pair =
      number(Pair(foreground: foreground.index, background: background.index))
      ?? number(Pair(foreground: foreground.index, background: -1)) ?? 0
    let look = ShimStyle(pair: pair, attributes: attributes)
    looks[style] = look
    return look
  }

  private mutating func number(_ pair: Pair) -> Int32? {
    if pair.foreground < 0, pair.background < 0 { return 0 }
    if let known = numbers[pair] { return known }
    let next = Int32(numbers.count) + 1
    guard next < limit, define(next, pair.foreground, pair.background) else { return nil }
    numbers[pair] = next
    return next
  }
}
