internal import Keyboard
internal import PorchlightSDK
internal import Ports
internal import Screen

extension Model {
  /// Takes what the terminal says.
  mutating func take(_ input: InputEvent, at now: Moment) -> [Intent] {
    switch input {
    // The user is there. The report goes before whatever the key does, so that others see the end of idleness first.
    case .key(let key):
      if case .ended(let error) = mode { return [.quit(.loggedOut(error))] }
      return own.wasActive(at: now.instant) + press(key, at: now.instant)
    case .paste(let text):
      let intents = own.wasActive(at: now.instant)
      self.input.pasted(at: now.instant)
      paste(text)
      return intents
    case .backgroundColor(let red, let green, let blue):
      take(background: RGB(red: Int(red >> 8), green: Int(green >> 8), blue: Int(blue >> 8)), at: now.instant)
      return []
    case .resized(let size), .resumed(let size):
      self.size = size
      return own.wasActive(at: now.instant) + [.repaint]
    case .terminate(let signal): return [.quit(exit(or: .signal(signal)))]
    case .endOfInput: return [.quit(exit(or: .endOfInput))]
    }
  }

  private func exit(or reason: ExitReason) -> ExitReason {
    if case .ended(let error) = mode { .loggedOut(error) } else { reason }
  }

  private mutating func press(_ key: Key, at now: Instant) -> [Intent] {
    let verdict = input.press(key, at: now)
    // Another key ends the doubt: the one before was pressed and let go.
    let before = verdict == .isRepeat ? [] : takeDelayedPress(at: now, isDecided: true)
    _ = input.takeDelayed()
    guard isAnswer(key) else { return before + act(on: key, at: now) }
    switch verdict {
    case .press: return before + act(on: key, at: now)
    case .isRepeat: return before
    case .undecided(let until):
      input.delay(KeyInput.DelayedPress(key: key, until: until, mode: mode, selection: list.selection))
      return before
    }
  }

  /// Whether a key would answer an invite here. Where it is held, it must not answer the next one too, which the
  /// cursor came to by itself.
  private func isAnswer(_ key: Key) -> Bool {
    let action =
      switch mode {
      case .list: list.selection?.isInvite == true ? Keymap.action(for: key, in: .list) : nil
      case .menu(let menu): menu.action(for: key)
      default: nil as Action?
      }
    return action == .accept || action == .deny
  }

  /// What comes of a key that was no repeat after all. Where its row is gone, or something was opened, nothing does.
  mutating func takeDelayedPress(at now: Instant, isDecided: Bool = false) -> [Intent] {
    guard let press = input.delayed, isDecided || press.until <= now else { return [] }
    _ = input.takeDelayed()
    guard press.mode == mode, press.selection == list.selection else { return [] }
    return act(on: press.key, at: now)
  }

  private mutating func act(on key: Key, at now: Instant) -> [Intent] {
    let before = notices.keyPressed()
    defer { notices.end(before) }
    // These two work whatever is open.
    switch Keymap.action(for: key, in: .list) {
    case .suspend: return [.suspend]
    case .redraw: return [.redraw]
    default: break
    }
    switch mode {
    case .list: return pressInList(key, at: now)
    case .menu(let menu): return press(key, in: menu)
    case .help(let top): return press(key, inHelpAt: top)
    case .status(let editor): return press(key, inStatus: editor)
    case .invite(let editor, _): return press(key, inInvite: editor)
    case .name(let editor): return press(key, inName: editor)
    case .removal(let user): return press(key, inRemovalOf: user)
    case .ended(let error): return [.quit(.loggedOut(error))]
    }
  }

  private mutating func pressInList(_ key: Key, at now: Instant) -> [Intent] {
    // It has cleared the notice, which is all there is to leave here.
    if key == .escape { return [] }
    guard let action = Keymap.action(for: key, in: .list) else {
      reportUnknown(key)
      return []
    }
    if action == .cancel {
      if let until = notices.quitArmedUntil, now < until { return [.quit(.quit)] }
      notices.armQuit(until: now + UITiming.quitAgain, Notice("Ctrl-C again quits"))
      return []
    }
    return perform(action)
  }

  mutating func foldGroup() {
    guard let group = list.selectedGroup else { return }
    if group == .invites, !list.folded.contains(group) {
      notices.show(Notice("invites stay visible until they are answered"))
    } else {
      list.toggle(group)
    }
  }

  private mutating func jumpToInvites() {
    if !list.selectFirstInvite() { notices.show(Notice("no invites")) }
  }

  private mutating func reconnect() -> [Intent] {
    let isTried = input.last.map { server.retry(at: $0) } ?? false
    if !isTried { notices.show(Notice("asking the server anew")) }
    return [.reconnect]
  }

  mutating func reportUnknown(_ key: Key) {
    notices.show(Notice("no key " + key.quotedName + " here: ? shows the keys"))
  }

  /// Does what the key, or the menu, asks for.
  mutating func perform(_ action: Action) -> [Intent] {
    switch action {
    case .next: list.move(by: 1)
    case .previous: list.move(by: -1)
    case .first: list.move(by: -list.lines.lines.count)
    case .last: list.move(by: list.lines.lines.count)
    case .pageDown: list.move(by: max(1, plan.list.rows - 1))
    case .pageUp: list.move(by: -max(1, plan.list.rows - 1))
    case .halfPageDown: list.move(by: max(1, plan.list.rows / 2))
    case .halfPageUp: list.move(by: -max(1, plan.list.rows / 2))
    case .nextGroup: list.moveToNextGroup()
    case .previousGroup: list.moveToPreviousGroup()
    case .fold: foldGroup()
    case .toggleOffline: list.toggle(.offline)
    case .menu: openMenu()
    case .detail: showsDetail.toggle()
    case .help: mode = .help(top: 0)
    case .invite: writeInvite()
    case .askBack: return askBack()
    case .editName: editName()
    case .jumpToInvites: jumpToInvites()
    case .remove: askRemoval()
    case .accept, .deny: return answer(action)
    case .online, .away, .busy, .invisible, .freeForChat, .toggleAway, .toggleBusy, .editStatus,
      .clearStatus:
      return changeStatus(action)
    case .reconnect: return reconnect()
    case .redraw: return [.redraw]
    case .suspend: return [.suspend]
    case .quit: return [.quit(.quit)]
    case .cancel, .submit, .confirm, .close: break
    }
    return []
  }
}
