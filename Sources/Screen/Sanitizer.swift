/// Turns text from outside into text that cannot steer a terminal or shift a column.
///
/// Feed it scalars; read `text` and `cells`.
struct Sanitizer {
  /// Longer names are cut here, so that a megabyte of text costs no more than a line of it.
  static let scanLimit = 4_096

  /// What one cell may carry on top of its base, as ncurses stores it with room to spare.
  static let marksPerBase = 2

  private(set) var text = String.UnicodeScalarView()
  private(set) var cells = 0
  private let keepsSpaces: Bool
  private var marksLeft = 0
  private var owesSpace = false

  init(keepingSpaces: Bool) {
    keepsSpaces = keepingSpaces
  }

  mutating func feed(_ scalar: Unicode.Scalar) {
    switch ScalarKind(scalar) {
    case .space: space()
    case .dropped: break
    case .private: feed("?")
    case .mark:
      // A mark that follows a space which is still owed would land on the letter of another text.
      guard marksLeft > 0, !owesSpace else { return }
      marksLeft -= 1
      text.append(scalar)
    case .glyph(let width):
      payOwedSpace()
      text.append(scalar)
      cells += width
      marksLeft = Self.marksPerBase
    }
  }

  private mutating func space() {
    marksLeft = 0
    if keepsSpaces {
      text.append(" ")
      cells += 1
    } else {
      owesSpace = !text.isEmpty
    }
  }

  private mutating func payOwedSpace() {
    guard owesSpace else { return }
    owesSpace = false
    text.append(" ")
    cells += 1
  }
}

/// What a scalar means to a screen.
enum ScalarKind: Equatable {
  case glyph(width: Int)
  case mark
  case space
  case dropped
  /// Each font draws these as it likes, marks of ours among them.
  case `private`

  init(_ scalar: Unicode.Scalar) {
    let value = scalar.value
    if value > 0x20, value < 0x7F {
      self = .glyph(width: 1)
      return
    }
    let properties = scalar.properties
    if properties.isWhitespace {
      self = .space
      return
    }
    guard let width = CellWidth.of(scalar), !properties.isDefaultIgnorableCodePoint,
      !properties.isBidiControl, !properties.isNoncharacterCodePoint,
      // Skin tones: terminals disagree whether they take cells of their own after a person.
      !properties.isEmojiModifier
    else {
      self = .dropped
      return
    }
    switch properties.generalCategory {
    case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator: self = .dropped
    case .privateUse: self = .private
    default: self = width == 0 ? .mark : .glyph(width: width)
    }
  }
}
