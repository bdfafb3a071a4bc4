/// What was done in this session, and what takes it back.
struct UndoHistory: Sendable {
  struct Step: Sendable {
    /// The command as a line. Not safe for a screen.
    let line: String
    /// What takes it back, or does it again; nil where nothing can.
    let reversal: (any Command)?
  }

  /// How many steps are kept.
  static let limit = 50

  /// What can be taken back, the newest last.
  private(set) var done: [Step] = []
  /// What was taken back and can be done again, the newest last.
  private(set) var undone: [Step] = []

  /// Takes note of something that the user did. What was undone before cannot be done again.
  mutating func record(_ step: Step) {
    undone = []
    push(step)
  }

  mutating func popDone() -> Step? { done.popLast() }
  mutating func popUndone() -> Step? { undone.popLast() }

  /// Takes note of something that was undone.
  mutating func pushUndone(_ step: Step) { undone.append(step) }

  /// Takes note of something that was done again.
  mutating func push(_ step: Step) {
    done.append(step)
    done.removeFirst(max(0, done.count - Self.limit))
  }
}
