/// Text that is proven safe to put on a terminal, and whose width in cells is known.
///
/// It holds no control character, escape, bidi control, invisible, private or unassigned scalar, and at most
/// two combining marks per glyph. It never starts with a mark, so joining two safe texts gives a safe text.
public struct SafeText: Hashable, Sendable {
  public let string: String

  /// How many cells it takes.
  public let cells: Int

  /// The only way in from raw scalars.
  private init(_ sanitizer: Sanitizer) {
    string = String(sanitizer.text)
    cells = sanitizer.cells
  }

  /// For parts of texts that are safe already.
  init(trusted string: String, cells: Int) {
    self.string = string
    self.cells = cells
  }

  /// Makes text of unknown origin safe.
  ///
  /// Line ends, tabs and every kind of space become a plain space; private use becomes a question mark; what
  /// cannot be shown vanishes. Only the first 4,096 scalars are looked at.
  ///
  /// - Parameters:
  ///   - text: Text from outside.
  ///   - keepingSpaces: If false, runs of spaces become one and the ends are trimmed. Editors pass true.
  public init(untrusted text: String, keepingSpaces: Bool = false) {
    var sanitizer = Sanitizer(keepingSpaces: keepingSpaces)
    var left = Sanitizer.scanLimit
    for scalar in text.unicodeScalars {
      guard left > 0 else { break }
      left -= 1
      sanitizer.feed(scalar)
    }
    self.init(sanitizer)
  }

  /// As many spaces as given.
  public static func spaces(_ count: Int) -> SafeText {
    let count = max(0, count)
    return SafeText(trusted: String(repeating: " ", count: count), cells: count)
  }

  public static let empty = SafeText(trusted: "", cells: 0)

  public var isEmpty: Bool { string.isEmpty }

  public static func + (left: SafeText, right: SafeText) -> SafeText {
    SafeText(trusted: left.string + right.string, cells: left.cells + right.cells)
  }

  public static func += (left: inout SafeText, right: SafeText) {
    left = left + right
  }
}

extension SafeText: CustomStringConvertible {
  public var description: String { string }
}

extension Sequence<SafeText> {
  /// The texts in a row, with `separator` between them.
  public func joined(separator: SafeText = "") -> SafeText {
    var result = SafeText.empty
    var isFirst = true
    for text in self {
      if !isFirst { result += separator }
      isFirst = false
      result += text
    }
    return result
  }
}
