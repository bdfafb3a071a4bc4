internal import Screen

/// The keys as lines of text, made from the keymap. In two columns where there is room.
struct HelpText {
  /// One line of a column.
  enum Line: Hashable {
    case title(SafeText)
    case key(SafeText, SafeText)
    case note(SafeText)
    case blank
  }

  /// Each with one or two columns.
  let lines: [[Line]]

  /// How many lines of it a screen shows.
  static func rows(on size: Size) -> Int { max(1, size.rows - 2) }

  init(_ keymap: Keymap, columns: Int) {
    let sections: [[Line]] = keymap.sections.map { section in
      let keys = section.bindings.map {
        Line.key(Self.keys($0), SafeText(untrusted: $0.line.command?.help ?? ""))
      }
      return [.title(SafeText(untrusted: section.title))] + keys
    }
    let all = sections + [Self.notes]
    guard columns >= 80 else {
      lines = all.joined(separator: [Line.blank]).map { [$0] }
      return
    }
    // Moving and the program are about as long as the others.
    let left: [Line] = Array((sections.prefix(1) + sections.suffix(1)).joined())
    let right: [Line] = Array((sections.dropFirst().dropLast() + [Self.notes]).joined())
    lines = (0..<max(left.count, right.count)).map { index in
      [
        left.indices.contains(index) ? left[index] : .blank,
        right.indices.contains(index) ? right[index] : .blank,
      ]
    }
  }

  /// A first line that leaves no more than the end of the text blank.
  func top(near top: Int, rows: Int) -> Int { min(max(0, top), max(0, lines.count - rows)) }

  /// What the screen shows and no key explains.
  private static let notes: [Line] = [
    .note("'2 now offline' moves 3 s after a key")
  ]

  private static func keys(_ binding: KeyBinding) -> SafeText {
    binding.keys.map(\.name).joined(separator: " ")
  }
}
