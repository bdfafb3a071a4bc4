internal import Screen

extension Meaning {
  /// A key in the form of kitty's protocol, `CSI character ; modifiers ; text u`, or of xterm's
  /// modifyOtherKeys, `CSI 27 ; modifiers ; character ~`. A program that was killed may have left either on.
  ///
  /// See https://sw.kovidgoyal.net/kitty/keyboard-protocol/ and "modifyOtherKeys" in xterm's manual.
  init(keyboardProtocol form: ControlForm) {
    guard let code = form.number(form.isModifyOtherKeys ? 2 : 0), !form.isRelease else {
      self = .nothing
      return
    }
    let held = form.modifiers & 0x3F
    if Self.isModifierKey(code) {
      self = .nothing
    } else if let key = Self.namedKey(code) {
      let isBackTab = key == .tab && held == 1
      self = isBackTab ? .key(.backTab) : held == 0 ? .key(key) : .unknown
    } else if held == 4, let letter = Self.controlLetter(code) {
      self = .key(.control(letter))
    } else if held & ~1 == 0, let scalar = Self.text(code, form, isShifted: held == 1) {
      self = .key(.text(scalar))
    } else {
      self = .unknown
    }
  }

  /// Shift, Caps Lock and the like, which kitty's protocol may report by themselves.
  private static func isModifierKey(_ code: Int) -> Bool {
    (57_358...57_360).contains(code) || (57_441...57_454).contains(code)
  }

  private static func namedKey(_ code: Int) -> Key? {
    switch code {
    case 8, 127: .backspace
    case 9: .tab
    case 13, 57_414: .keypadEnter
    case 27: .escape
    case 57_417: .left
    case 57_418: .right
    case 57_419: .up
    case 57_420: .down
    case 57_421: .pageUp
    case 57_422: .pageDown
    case 57_423: .home
    case 57_424: .end
    case 57_425: .insert
    case 57_426: .delete
    case 57_376...57_398: .function(code - 57_376 + 13)
    default: nil
    }
  }

  private static func controlLetter(_ code: Int) -> Character? {
    switch code {
    case 0x61...0x7A, 0x5C...0x5F, 0x40: UInt8(exactly: code).map { Character(Unicode.Scalar($0)) }
    case 0x41...0x5A: UInt8(exactly: code + 0x20).map { Character(Unicode.Scalar($0)) }
    default: nil
    }
  }

  private static func text(_ code: Int, _ form: ControlForm, isShifted: Bool) -> Unicode.Scalar? {
    if (57_399...57_408).contains(code) {
      return UInt8(exactly: code - 57_399 + 0x30).map { Unicode.Scalar($0) }
    }
    if let index = (57_409...57_416).contains(code) ? code - 57_409 : nil {
      return [".", "/", "*", "-", "+", nil, "=", ","][index]
    }
    // The text that the key makes, the shifted key, or the key.
    let written =
      form.final == UInt8(ascii: "u") ? form.number(2) ?? (isShifted ? form.number(0, part: 1) : nil) : nil
    guard let value = UInt32(exactly: written ?? code), let scalar = Unicode.Scalar(value) else { return nil }
    guard value >= 0x20, !(0x7F...0x9F).contains(value), !(0xE000...0xF8FF).contains(value) else {
      return nil
    }
    guard written == nil, isShifted, (0x61...0x7A).contains(value) else { return scalar }
    return Unicode.Scalar(value - 0x20)
  }
}
