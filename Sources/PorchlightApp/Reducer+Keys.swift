internal import Keyboard
internal import PorchlightSDK
internal import Ports
internal import Screen

extension Model {
  /// Takes what the terminal says.
  mutating func take(_ input: InputEvent, at now: Moment) -> [Intent] {
    switch input {
    case .key(let key):
      if case .ended(let error) = mode { return [.quit(.loggedOut(error))] }
      return activity(at: now.instant) + press(key, at: now.instant)
    case .paste(let text):
      let intents = activity(at: now.instant)
      paste(text, at: now.instant)
      return intents
    case .backgroundColor(let red, let green, let blue):
      take(background: RGB(red: Int(red >> 8), green: Int(green >> 8), blue: Int(blue >> 8)), at: now.instant)
      return []
    case .resized(let size), .resumed(let size):
      self.size = size
      return activity(at: now.instant) + [.repaint]
    case .terminate(let signal): return [.quit(exit(or: .signal(signal)))]
    case .endOfInput: return [.quit(exit(or: .endOfInput))]
    }
  }

  /// The user is there. The report goes before whatever the key does, so that others see the end of idleness first.
  private mutating func activity(at now: Instant) -> [Intent] {
    idle.activity(at: now) == nil ? [] : [.reportIdle(since: nil)]
  }

  private func exit(or reason: ExitReason) -> ExitReason {
    if case .ended(let error) = mode { .loggedOut(error) } else { reason }
  }

  private mutating func press(_ key: Key, at now: Instant) -> [Intent] {
    let verdict = held.press(key, at: now)
    // Another key ends the doubt: the one before was pressed and let go.
    let before = verdict == .isRepeat ? [] : takeDelayedPress(at: now, isDecided: true)
    delayedPress = nil
    lastKey = now
    guard isAnswer(key) else { return before + act(on: key, at: now) }
    switch verdict {
    case .press: return before + act(on: key, at: now)
    case .isRepeat: return before
    case .undecided(let until):
      delayedPress = DelayedPress(key: key, until: until, mode: mode, selection: selection)
      return before
    }
  }

  /// Whether a key would answer an invite here. Where it is held, it must not answer the next one too, which the
  /// cursor came to by itself.
  private func isAnswer(_ key: Key) -> Bool {
    let action =
      switch mode {
      case .list: selection?.isInvite == true ? Keymap.action(for: key, in: .list) : nil
      case .menu(let menu): menu.action(for: key)
      default: nil as Action?
      }
    return action == .accept || action == .deny
  }

  /// What comes of a key that was no repeat after all. Where its row is gone, or something was opened, nothing does.
  mutating func takeDelayedPress(at now: Instant, isDecided: Bool = false) -> [Intent] {
    guard let press = delayedPress, isDecided || press.until <= now else { return [] }
    delayedPress = nil
    guard press.mode == mode, press.selection == selection else { return [] }
    return act(on: press.key, at: now)
  }

  private mutating func act(on key: Key, at now: Instant) -> [Intent] {
    let offered = offer
    // It stays until the next key, whatever that is, unless that makes another.
    defer { if offer == offered { offer = nil } }
    notice = nil
    noticeUntil = nil
    let armed = quitArmedUntil.map { now < $0 } ?? false
    quitArmedUntil = nil
    // These two work whatever is open.
    switch Keymap.action(for: key, in: .list) {
    case .suspend: return [.suspend]
    case .redraw: return [.redraw]
    default: break
    }
    switch mode {
    case .list: return pressInList(key, quits: armed, at: now)
    case .menu(let menu): return press(key, in: menu)
    case .help(let top): return press(key, inHelpAt: top)
    case .status(let editor): return press(key, inStatus: editor)
    case .invite(let editor, _): return press(key, inInvite: editor)
    case .name(let editor): return press(key, inName: editor)
    case .removal(let user): return press(key, inRemovalOf: user)
    case .ended(let error): return [.quit(.loggedOut(error))]
    }
  }

  private mutating func pressInList(_ key: Key, quits: Bool, at now: Instant) -> [Intent] {
    // It has cleared the notice, which is all there is to leave here.
    if key == .escape { return [] }
    guard let action = Keymap.action(for: key, in: .list) else {
      reportUnknown(key)
      return []
    }
    if action == .cancel {
      guard !quits else { return [.quit(.quit)] }
      quitArmedUntil = now + UITiming.quitAgain
      notice = Notice("Ctrl-C again quits")
      return []
    }
    return perform(action)
  }

  mutating func reportUnknown(_ key: Key) {
    notice = Notice("no key " + key.quotedName + " here: ? shows the keys")
  }

  /// Does what the key, or the menu, asks for.
  mutating func perform(_ action: Action) -> [Intent] {
    switch action {
    case .next: move(by: 1)
    case .previous: move(by: -1)
    case .first: move(by: -lines.lines.count)
    case .last: move(by: lines.lines.count)
    case .pageDown: move(by: max(1, plan.list.rows - 1))
    case .pageUp: move(by: -max(1, plan.list.rows - 1))
    case .halfPageDown: move(by: max(1, plan.list.rows / 2))
    case .halfPageUp: move(by: -max(1, plan.list.rows / 2))
    case .nextGroup: moveToNextGroup()
    case .previousGroup: moveToPreviousGroup()
    case .fold: fold()
    case .toggleOffline: toggleOffline()
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
