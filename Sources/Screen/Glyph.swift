/// The content of one cell or two: a base, up to two combining marks, and what keeps the line's direction. Always safe
/// for a terminal.
public struct Glyph: Hashable, Sendable {
  public let base: Unicode.Scalar
  public private(set) var firstMark: Unicode.Scalar?
  public private(set) var secondMark: Unicode.Scalar?
  /// Whether U+200E follows, which sets right-to-left text apart (see `Grid.isolatingRightToLeft`).
  var isFollowedByLeftToRightMark = false

  init(base: Unicode.Scalar) {
    self.base = base
  }

  public static let space = Glyph(base: " ")

  /// 1 or 2.
  public var width: Int { CellWidth.of(base) ?? 1 }

  public var string: String { String(String.UnicodeScalarView(scalars)) }

  /// The base, then its marks, then the mark of direction.
  public var scalars: [Unicode.Scalar] {
    [base, firstMark, secondMark, isFollowedByLeftToRightMark ? "\u{200E}" : nil].compactMap { $0 }
  }

  var scalarCount: Int { 1 + (firstMark == nil ? 0 : 1) + (secondMark == nil ? 0 : 1) }

  mutating func add(mark: Unicode.Scalar) {
    if firstMark == nil {
      firstMark = mark
    } else if secondMark == nil {
      secondMark = mark
    }
  }
}

extension SafeText {
  /// The glyphs in order, each with its marks.
  public var glyphs: [Glyph] {
    var result: [Glyph] = []
    result.reserveCapacity(string.utf8.count)
    for scalar in string.unicodeScalars {
      if let last = result.indices.last, CellWidth.of(scalar) == 0 {
        result[last].add(mark: scalar)
      } else {
        result.append(Glyph(base: scalar))
      }
    }
    return result
  }
}
