internal import Screen

/// The command line, while it is open.
extension Model {
  /// Handles a key that nothing else was made of.
  mutating func press(_ key: Key, in prompt: CommandPrompt) {
    guard !(key == .backspace && prompt.editor.isEmpty) else { return layers.close() }
    var prompt = prompt
    if !prompt.handle(key) { reportUnknown(key) }
    reportCut(prompt.editor)
    layers.update(.commandPrompt(prompt))
  }

  /// Runs what is written. What is wrong with it is said, and it stays to be mended.
  mutating func submit(_ prompt: CommandPrompt) -> [Intent] {
    guard !SafeText(untrusted: prompt.editor.text).isEmpty else {
      layers.close()
      return []
    }
    do throws(CommandProblem) {
      let command = try CommandText(prompt.editor.text).read(in: self)
      if let problem = command.problem(in: self) { throw CommandProblem(message: problem) }
      layers.close()
      commandHistory.add(prompt.editor.text)
      notices.renew(offer: prompt.offer)
      return perform(command)
    } catch {
      var prompt = prompt
      prompt.note = error.message
      layers.update(.commandPrompt(prompt))
      return []
    }
  }

  /// Says so where a command is about what is open, and nothing is.
  mutating func reportNothingOpen() { notices.show(Notice("nothing is open")) }
}
