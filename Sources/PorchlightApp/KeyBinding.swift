internal import Screen

/// The keys that do one thing.
struct KeyBinding: Hashable, Sendable {
  let line: CommandText
  /// The first one is shown where there is room for one.
  let keys: [Key]
  /// A word for the last line, if it is worth one.
  let hint: String?

  /// Each of the letters is a key, and so is each of the others.
  init(_ line: CommandText, _ letters: String, _ keys: Key..., hint: String? = nil) {
    self.line = line
    self.keys = letters.unicodeScalars.map { .character($0) } + keys
    self.hint = hint
  }

  init(_ line: CommandText, _ keys: Key..., hint: String? = nil) {
    self.line = line
    self.keys = keys
    self.hint = hint
  }
}
