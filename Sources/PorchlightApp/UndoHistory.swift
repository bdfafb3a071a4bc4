internal import PorchlightSDK

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
  /// What was undone or done again by a change that the server has not answered yet.
  private var unanswered: [ContactChange: (step: Step, isUndone: Bool)] = [:]

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

  // MARK: What the server says

  /// A step was undone, or else done again, and asks these intents for it.
  mutating func wait(for intents: [Intent], of step: Step, isUndone: Bool) {
    for case .change(let change) in intents { unanswered[change] = (step, isUndone) }
  }

  mutating func succeeded(_ change: ContactChange) { unanswered[change] = nil }

  /// What asked for the change has not happened: there is nothing to reverse of it.
  ///
  /// - Parameters:
  ///   - change: what the server did not do.
  ///   - isWorthAnotherTry: whether it becomes a step again; it would be in the way of older ones if it never succeeds.
  mutating func failed(_ change: ContactChange, isWorthAnotherTry: Bool) {
    guard let (step, isUndone) = unanswered.removeValue(forKey: change) else { return }
    if isUndone {
      undone.removeLast { $0.line == step.line }
      if isWorthAnotherTry { push(step) }
    } else {
      done.removeLast { $0.line == step.line }
      if isWorthAnotherTry { pushUndone(step) }
    }
  }
}

extension [UndoHistory.Step] {
  fileprivate mutating func removeLast(where isMeant: (Element) -> Bool) {
    if let index = lastIndex(where: isMeant) { remove(at: index) }
  }
}
