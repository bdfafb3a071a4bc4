internal import Keyboard
internal import PorchlightSDK
internal import Ports
internal import Screen

extension Model {
  /// Handles what the terminal says.
  mutating func handle(_ event: InputEvent, at now: Moment) -> [Intent] {
    switch event {
    // The user is there. The report goes before whatever the key does, so that others see the end of idleness first.
    case .key(let key):
      if let error = layers.farewell { return [.quit(.loggedOut(error))] }
      return own.wasActive(at: now.instant) + press(key, at: now.instant)
    case .paste(let text):
      let intents = own.wasActive(at: now.instant)
      input.pasted(at: now.instant)
      paste(text)
      return intents
    case .backgroundColor(let red, let green, let blue):
      follow(
        background: RGB(red: Int(red >> 8), green: Int(green >> 8), blue: Int(blue >> 8)),
        at: now.instant)
      return []
    case .resized(let size), .resumed(let size):
      self.size = size
      return own.wasActive(at: now.instant) + [.repaint]
    case .terminate(let signal): return [.quit(exit(or: .signal(signal)))]
    case .endOfInput: return [.quit(exit(or: .endOfInput))]
    }
  }

  private func exit(or reason: ExitReason) -> ExitReason {
    layers.farewell.map { .loggedOut($0) } ?? reason
  }

  private mutating func press(_ key: Key, at now: Instant) -> [Intent] {
    let verdict = input.press(key, at: now)
    // Another key ends the doubt: the one before was pressed and let go.
    let before = verdict == .isRepeat ? [] : takeDelayedPress(at: now, isDecided: true)
    _ = input.takeDelayed()
    guard let command = oncePerPress(key) else { return before + act(on: key) }
    switch verdict {
    case .press: return before + act(on: key)
    case .isRepeat: return before
    case .undecided(let until):
      input.delay(
        KeyInput.DelayedPress(
          key: key, until: until, layers: layers,
          answered: type(of: command).isAnswer ? list.selection : nil))
      return before
    }
  }

  /// The command of a key that must do nothing more here while it is held: it would answer the next invite too, which the
  /// cursor came to by itself, or take back one step after the other.
  private func oncePerPress(_ key: Key) -> (any Command)? {
    let line =
      switch layers.top {
      case nil: keymap.line(for: key, in: .list)
      case .menu(let menu): menu.item(for: key, in: keymap)
      case .help, .prompt, .commandPrompt, .confirmation, .farewell: nil as CommandText?
      }
    guard let command = line?.command, type(of: command).isOncePerPress else { return nil }
    if layers.isEmpty, type(of: command).isAnswer, list.selection?.isInvite != true { return nil }
    return command
  }

  /// What comes of a key that was no repeat after all. Where the invite it answers is gone, or something was opened,
  /// nothing does.
  mutating func takeDelayedPress(at now: Instant, isDecided: Bool = false) -> [Intent] {
    guard let press = input.delayed, isDecided || press.until <= now else { return [] }
    _ = input.takeDelayed()
    guard press.layers == layers, press.answered == nil || press.answered == list.selection else { return [] }
    return act(on: press.key)
  }

  private mutating func act(on key: Key) -> [Intent] {
    let before = notices.keyPressed()
    defer { notices.end(before) }
    if let command = keymap.line(for: key, in: .list)?.command, type(of: command).worksEverywhere {
      return perform(command)
    }
    if let command = keymap.line(for: key, in: layers.scope)?.command { return perform(command) }
    switch layers.top {
    // It has cleared the notice, which is all there is to leave here.
    case nil where key == .escape: break
    case nil, .help: reportUnknown(key)
    case .menu(let menu):
      if let item = menu.item(for: key, in: keymap) { return choose(item, in: menu) }
      reportUnknown(key)
    case .prompt(var prompt):
      if !prompt.editor.handle(key) { reportUnknown(key) }
      reportCut(prompt.editor)
      prompt.note = nil
      layers.update(.prompt(prompt))
    case .commandPrompt(let prompt): press(key, in: prompt)
    case .confirmation: layers.close()
    case .farewell(let error): return [.quit(.loggedOut(error))]
    }
    return []
  }

  private mutating func choose(_ item: CommandText?, in menu: Menu) -> [Intent] {
    layers.close()
    list.selection = menu.row
    return item?.command.map { perform($0) } ?? []
  }

  /// Does what the topmost layer is for.
  mutating func submit() -> [Intent] {
    switch layers.top {
    case .menu(let menu): return choose(menu.choice, in: menu)
    case .prompt(var prompt):
      guard let command = prompt.command else { return [] }
      if let problem = command.problem(in: self) {
        prompt.note = problem
        layers.update(.prompt(prompt))
        return []
      }
      layers.close()
      return perform(command)
    case .commandPrompt(let prompt): return submit(prompt)
    case .confirmation(let confirmation):
      layers.close()
      let command = confirmation.command
      if let problem = command.problem(in: self) {
        notices.show(Notice(SafeText(untrusted: problem), .warning))
        return []
      }
      return perform(command)
    case .help, .farewell: return []
    case nil:
      reportNothingOpen()
      return []
    }
  }

  /// Moves in what is open, or else in the list.
  mutating func move(_ motion: Motion) {
    switch layers.top {
    case nil: list.move(motion, page: plan.list.rows)
    case .menu(var menu):
      menu.move(motion)
      layers.update(.menu(menu))
    case .help(let top):
      let help = HelpText(keymap, columns: size.columns)
      let page = HelpText.rows(on: size)
      guard let distance = motion.lines(page: page, of: help.lines.count) else { return }
      layers.update(.help(top: help.top(near: top + distance, rows: page)))
    case .commandPrompt(var prompt):
      guard motion == .next || motion == .previous else { return }
      prompt.recall(motion == .next ? .next : .previous, from: commandHistory)
      layers.update(.commandPrompt(prompt))
    case .prompt, .confirmation, .farewell: break
    }
  }

  /// Pasted text goes where text is written, and nowhere else.
  private mutating func paste(_ text: String) {
    switch layers.top {
    case .prompt(var prompt):
      prompt.editor.insert(text)
      reportCut(prompt.editor)
      prompt.note = nil
      layers.update(.prompt(prompt))
    case .commandPrompt(var prompt):
      prompt.insert(text)
      reportCut(prompt.editor)
      layers.update(.commandPrompt(prompt))
    case nil: notices.show(Notice("nothing to paste into: s writes your status text"))
    case .menu, .help, .confirmation, .farewell: break
    }
  }

  mutating func reportUnknown(_ key: Key) {
    notices.show(Notice("no key " + key.quotedName + " here: ? shows the keys"))
  }

  /// What has no room is said, not swallowed.
  mutating func reportCut(_ editor: LineEditor) {
    guard editor.isCut else { return }
    notices.show(Notice("no room for that: this line takes \(editor.byteLimit) bytes", .warning))
  }
}
