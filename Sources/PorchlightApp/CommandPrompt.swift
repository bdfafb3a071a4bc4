internal import MatrixWire
internal import Screen

/// The line on which a command is written.
struct CommandPrompt: Hashable, Sendable {
  enum Direction: String, CaseIterable, Hashable, Sendable {
    case next, previous
  }

  /// The ways to complete what was written, and which of them is in the line.
  struct Choices: Hashable, Sendable {
    let all: [Completion]
    /// Nil for what was written itself.
    var chosen: Int?
  }

  /// Enough for the longest status text, and the name of its command.
  static let byteLimit = StatusCommand.limit + 64

  private(set) var editor = LineEditor(byteLimit: byteLimit)
  /// What is wrong with what is written.
  var note: String?
  /// Nil while nothing is being completed.
  private(set) var choices: Choices?
  /// What is being completed.
  private var completed = ""
  /// What was written before a line of the history was put in its place.
  private var draft = ""
  /// How many lines back in the history it is; 0 for a line that is not from there.
  private var age = 0
  /// Whom one key would have asked back when the line was opened.
  let offer: UserID?

  init(offer: UserID? = nil) { self.offer = offer }

  /// What the keys do here.
  static let help: SafeText = "Tab completes, Up recalls, Enter runs, Esc cancels"

  /// - Returns: false if the key means nothing to the line.
  mutating func handle(_ key: Key) -> Bool {
    let before = editor.text
    let isUsed = editor.handle(key)
    endIfEdited(from: before)
    return isUsed
  }

  mutating func insert(_ text: String) {
    let before = editor.text
    editor.insert(text)
    endIfEdited(from: before)
  }

  /// Another text is a line of its own: neither a completion nor from the history. Moving the cursor leaves it as it is.
  private mutating func endIfEdited(from before: String) {
    guard editor.text != before else { return }
    note = nil
    choices = nil
    age = 0
  }

  private mutating func put(_ text: String) {
    editor = LineEditor(text, byteLimit: Self.byteLimit)
    note = nil
  }

  /// Completes the line as far as there is one way to; where there are several, each time with another one, and after the
  /// last with what was written.
  mutating func complete(_ direction: Direction, in model: Model) {
    if var choices {
      let last = choices.all.count - 1
      switch (direction, choices.chosen) {
      case (.next, let chosen): choices.chosen = chosen == last ? nil : (chosen ?? -1) + 1
      case (.previous, let chosen): choices.chosen = chosen == 0 ? nil : (chosen ?? last + 1) - 1
      }
      self.choices = choices
      put(choices.chosen.map { choices.all[$0].line } ?? completed)
      return
    }
    let found = CommandText(editor.text).completions(in: model)
    guard let first = found.first else {
      note = "nothing to complete here"
      return
    }
    if found.count == 1 {
      put(first.line + (first.isWhole ? "" : " "))
    } else {
      completed = editor.text
      choices = Choices(all: found, chosen: nil)
      complete(direction, in: model)
    }
  }

  /// Puts an older or newer line of the history in the place of this one; after the newest, what was written.
  mutating func recall(_ direction: Direction, from history: CommandHistory) {
    let age = self.age + (direction == .previous ? 1 : -1)
    guard (0...history.lines.count).contains(age) else { return }
    if self.age == 0 { draft = editor.text }
    choices = nil
    self.age = age
    put(age == 0 ? draft : history.lines[history.lines.count - age])
  }
}
