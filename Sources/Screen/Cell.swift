/// One cell of a screen.
public struct Cell: Hashable, Sendable {
  /// What a cell holds.
  public enum Content: Hashable, Sendable {
    /// A glyph of one cell.
    case single(Glyph)
    /// The left half of a glyph of two cells; the cell to its right is its continuation.
    case wide(Glyph)
    /// The right half of the wide glyph to the left.
    case continuation
  }

  public let content: Content
  public var style: Style

  init(content: Content, style: Style) {
    self.content = content
    self.style = style
  }

  /// The cell (for a wide glyph, the left one) that shows this glyph.
  public init(_ glyph: Glyph, style: Style = .plain) {
    self.init(content: glyph.width == 2 ? .wide(glyph) : .single(glyph), style: style)
  }

  /// An empty cell.
  public static func blank(_ style: Style = .plain) -> Cell {
    Cell(content: .single(.space), style: style)
  }

  /// What the cell shows; nil for a continuation.
  public var glyph: Glyph? {
    switch content {
    case .single(let glyph), .wide(let glyph): glyph
    case .continuation: nil
    }
  }

  public var isWide: Bool {
    if case .wide = content { true } else { false }
  }

  public var isContinuation: Bool { content == .continuation }
}
