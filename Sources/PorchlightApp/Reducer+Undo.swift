internal import PorchlightSDK
internal import Screen

/// Commands and what takes them back.
extension Model {
  /// Runs a command, and remembers how it is taken back.
  mutating func perform(_ command: any Command) -> [Intent] {
    let command = command.resolved(in: self)
    let inverse = command.inverse(in: self)
    let intents = command.run(&self)
    if inverse != nil || type(of: command).isAlwaysRecorded && !intents.isEmpty {
      undoHistory.record(UndoHistory.Step(line: command.line, reversal: inverse))
    }
    return intents
  }

  /// Takes back what was done last.
  mutating func undo() -> [Intent] {
    guard let step = undoHistory.done.last else {
      notices.show(Notice("nothing to undo"))
      return []
    }
    guard !isDelayed(step) else { return [] }
    _ = undoHistory.popDone()
    let (intents, opposite) = reverse(step, "undo", done: "undid")
    if let opposite { undoHistory.pushUndone(opposite) }
    undoHistory.wait(for: intents, of: step, isUndone: true)
    return intents
  }

  /// Does again what was undone last.
  mutating func redo() -> [Intent] {
    guard let step = undoHistory.undone.last else {
      notices.show(Notice("nothing to do again"))
      return []
    }
    guard !isDelayed(step) else { return [] }
    _ = undoHistory.popUndone()
    let (intents, opposite) = reverse(step, "redo", done: "redid")
    if let opposite { undoHistory.push(opposite) }
    undoHistory.wait(for: intents, of: step, isUndone: false)
    return intents
  }

  /// Says what a step has to wait for, where it has to.
  private mutating func isDelayed(_ step: UndoHistory.Step) -> Bool {
    guard let delay = step.reversal?.delay(in: self) else { return false }
    notices.show(Notice("wait a moment: \(delay)", .warning))
    return true
  }

  /// Runs what reverses a step, and says so.
  ///
  /// - Parameters:
  ///   - step: what was done or undone.
  ///   - verb: what is tried.
  ///   - done: the same, once it is done.
  /// - Returns: what else is to be done, and the step back; nil for that where nothing was done.
  private mutating func reverse(
    _ step: UndoHistory.Step, _ verb: SafeText, done: SafeText
  ) -> (intents: [Intent], opposite: UndoHistory.Step?) {
    guard let reversal = step.reversal else {
      notices.show(Notice(words("cannot " + verb, step), .warning))
      return ([], nil)
    }
    if let problem = reversal.problem(in: self) {
      notices.show(Notice(words("cannot " + verb, step, ": " + SafeText(untrusted: problem)), .warning))
      return ([], nil)
    }
    let opposite = reversal.inverse(in: self)
    let intents = reversal.run(&self)
    let said = notices.current
    let more: SafeText = said.map { ": " + $0.text } ?? ""
    guard opposite != nil || !intents.isEmpty else {
      // Something else has done so already.
      notices.show(Notice(words("nothing left to " + verb + " of", step, more)))
      return ([], nil)
    }
    if case .revoke? = said?.change {
      // Nothing on the screen shows a revoke: it is called done once the server says so.
      notices.show(Notice(words(verb + "ing", step, more), until: said?.change))
    } else {
      // It stays for as long as any notice, even if the stream confirms the change at once.
      notices.show(Notice(words(done, step, more), said?.kind ?? .information))
    }
    return (intents, UndoHistory.Step(line: step.line, reversal: opposite))
  }

  /// Names a step between other words, which it gives way to where the screen is narrow.
  private func words(_ before: SafeText, _ step: UndoHistory.Step, _ after: SafeText = "") -> SafeText {
    let room = size.columns - 2 - before.cells - 3 - after.cells
    return before + " '" + look.clip(SafeText(untrusted: step.line), to: min(40, max(12, room))) + "'" + after
  }
}
