/// One line of text being edited. What it holds is always safe for a terminal and never exceeds its limit.
///
/// It is edited by whole characters as a reader sees them: backspace takes a letter with its accents.
public struct LineEditor: Hashable, Sendable {
  /// How many bytes of UTF-8 the text may take.
  public let byteLimit: Int

  /// Whether something of what was inserted last did not fit.
  public private(set) var isCut = false

  private var characters: [Character]

  /// The cursor is before the character with this number.
  private var cursor: Int

  /// Starts with `text`, made safe and cut to the limit, and the cursor at its end.
  public init(_ text: String = "", byteLimit: Int) {
    self.byteLimit = max(0, byteLimit)
    characters = []
    cursor = 0
    insert(text)
  }

  public var text: String { String(characters) }
  public var isEmpty: Bool { characters.isEmpty }

  /// How many bytes more fit.
  public var remainingBytes: Int { byteLimit - byteCount(characters[...]) }

  /// Inserts text at the cursor, as typed or pasted: line ends become spaces, what is not printable is left
  /// out, and so is what does not fit.
  public mutating func insert(_ text: String) {
    // An accent alone joins the letter before it, so the text before the cursor is looked at again.
    let before = String(characters[..<cursor])
    let after = characters[cursor...]
    let joined = SafeText(untrusted: before + text, keepingSpaces: true)
    isCut = false
    var room = byteLimit - byteCount(after)
    var kept: [Character] = []
    for character in joined.string {
      let bytes = character.utf8.count
      guard bytes <= room else {
        isCut = true
        break
      }
      room -= bytes
      kept.append(character)
    }
    // The text before must not get lost when an accent that does not fit is typed after it.
    guard kept.count >= cursor else { return }
    characters = kept + after
    cursor = kept.count
  }

  /// Acts on a key.
  ///
  /// - Returns: False if the key means nothing to an editor; the caller may then use it.
  public mutating func handle(_ key: Key) -> Bool {
    isCut = false
    switch key {
    case .character(let scalar), .text(let scalar): insert(String(scalar))
    case .left, .control("b"): cursor = max(0, cursor - 1)
    case .right, .control("f"): cursor = min(characters.count, cursor + 1)
    case .home, .control("a"): cursor = 0
    case .end, .control("e"): cursor = characters.count
    case .backspace, .control("h"): remove((cursor - 1)..<cursor)
    case .delete, .control("d"): remove(cursor..<(cursor + 1))
    case .control("k"): remove(cursor..<characters.count)
    case .control("u"): remove(0..<cursor)
    case .control("w"): remove(wordStart..<cursor)
    default: return false
    }
    return true
  }

  public mutating func clear() {
    remove(0..<characters.count)
  }

  /// The part of the line to show in a field of this width, and the cursor's column in it.
  ///
  /// The line scrolls so that the cursor and the character under it are always visible.
  public func visible(width: Int) -> (text: SafeText, cursorColumn: Int) {
    guard width > 0 else { return (.empty, 0) }
    let widths = characters.map { SafeText(untrusted: String($0), keepingSpaces: true).cells }
    let underCursor = cursor < characters.count ? max(1, widths[cursor]) : 1
    var start = cursor
    var column = 0
    while start > 0, column + widths[start - 1] + min(underCursor, width) <= width {
      start -= 1
      column += widths[start]
    }
    let shown = SafeText(untrusted: String(characters[start...]), keepingSpaces: true)
    return (shown.clipped(to: width, ellipsis: ""), column)
  }

  /// Where the word to the left of the cursor begins, with the spaces after it.
  private var wordStart: Int {
    var start = cursor
    while start > 0, characters[start - 1] == " " { start -= 1 }
    while start > 0, characters[start - 1] != " " { start -= 1 }
    return start
  }

  private mutating func remove(_ range: Range<Int>) {
    let range = range.clamped(to: 0..<characters.count)
    guard !range.isEmpty else { return }
    characters.removeSubrange(range)
    // Two neighbours may now form one character, so the line is read again.
    let before = String(characters[..<range.lowerBound]).count
    characters = Array(String(characters))
    cursor = min(before, characters.count)
  }

  private func byteCount(_ part: ArraySlice<Character>) -> Int {
    part.reduce(0) { $0 + $1.utf8.count }
  }
}
