internal import CTerminal
internal import Screen

/// Turns what ncurses reads into events: joins UTF-8, collects pastes, and swallows escape sequences that
/// terminfo does not know, so that an unknown key is not taken for the letters it consists of.
///
/// Call `finishBatch` when nothing waits any more: an escape is then the key itself.
struct KeyDecoder {
  /// Longer pastes lose their end.
  static let pasteLimit = 64 * 1_024

  private enum State {
    case ground
    /// An escape was read, and nothing after it yet.
    case escape
    /// Within `ESC [ ...`, up to its final byte.
    case controlSequence(length: Int)
    /// After `ESC O`, whose next byte is the key.
    case singleShift
    /// Within the terminal's answer to a question, up to BEL or `ESC \`.
    case string(sawEscape: Bool)
    case paste
  }

  private var state = State.ground
  private var utf8 = UTF8Assembler()
  private var pasted: [UInt8] = []
  private(set) var events: [InputEvent] = []

  /// Whether a paste has begun and not ended.
  var isPasting: Bool {
    if case .paste = state { true } else { false }
  }

  /// The events so far, once.
  mutating func takeEvents() -> [InputEvent] {
    defer { events = [] }
    return events
  }

  mutating func feed(_ key: porch_terminal_key) {
    if isPasting {
      feedPaste(key)
      return
    }
    if Int(key.kind) == Int(PORCH_KEY_BYTE) {
      feed(byte: UInt8(truncatingIfNeeded: key.value))
      return
    }
    finishBatch()
    if Int(key.kind) == Int(PORCH_KEY_PASTE_BEGIN) {
      state = .paste
    } else if let named = Key(named: key) {
      emit(named)
    }
  }

  /// Nothing waits any more.
  mutating func finishBatch() {
    if case .escape = state {
      emit(.escape)
      state = .ground
    }
  }

  /// The terminal fell silent in the middle of a paste, or is gone: what there is of it is delivered.
  mutating func finishPaste() {
    guard isPasting else { return }
    state = .ground
    events.append(.paste(String(decoding: pasted, as: UTF8.self)))
    pasted = []
  }

  private mutating func feedPaste(_ key: porch_terminal_key) {
    switch Int(key.kind) {
    case Int(PORCH_KEY_PASTE_END): finishPaste()
    case Int(PORCH_KEY_BYTE):
      if pasted.count < Self.pasteLimit { pasted.append(UInt8(truncatingIfNeeded: key.value)) }
    // A backspace in pasted text is the byte that this terminal's key sends; it means nothing here.
    default: break
    }
  }

  private mutating func feed(byte: UInt8) {
    switch state {
    case .ground, .paste: feedGround(byte)
    case .escape: feedEscape(byte)
    case .singleShift:
      state = .ground
      emit(.unknown([]))
    case .controlSequence(let length):
      // The longest sequences in use are below thirty bytes; beyond, it was none.
      if (0x40...0x7E).contains(byte) || length > 64 {
        state = .ground
        emit(.unknown([]))
      } else {
        state = .controlSequence(length: length + 1)
      }
    case .string(let sawEscape):
      let isEnd = byte == 0x07 || byte == 0x9C || (sawEscape && byte == 0x5C)
      state = isEnd ? .ground : .string(sawEscape: byte == 0x1B)
    }
  }

  private mutating func feedEscape(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "["): state = .controlSequence(length: 0)
    case UInt8(ascii: "O"): state = .singleShift
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"): state = .string(sawEscape: false)
    case 0x1B: emit(.escape)
    default:
      // Alt and a key arrive together. Nothing hangs on plain Alt, least of all what the key means alone. Of a
      // longer character the rest follows, which is none without its beginning.
      state = .ground
      emit(.unknown([]))
    }
  }

  private mutating func feedGround(_ byte: UInt8) {
    if byte == 0x1B {
      utf8.reset()
      state = .escape
    } else if byte < 0x20 || byte == 0x7F {
      utf8.reset()
      emit(Key(controlByte: byte))
    } else if let scalar = utf8.feed(byte) {
      emit(.character(scalar))
    }
  }

  private mutating func emit(_ key: Key) {
    events.append(.key(key))
  }
}

/// Joins the bytes of a UTF-8 character that may arrive in pieces. What is not UTF-8 is left out.
struct UTF8Assembler {
  private var bytes: [UInt8] = []
  private var expected = 0

  mutating func reset() {
    bytes = []
  }

  mutating func feed(_ byte: UInt8) -> Unicode.Scalar? {
    if byte & 0xC0 == 0x80, !bytes.isEmpty {
      bytes.append(byte)
    } else {
      switch byte {
      case ..<0x80: expected = 1
      case 0xC2...0xDF: expected = 2
      case 0xE0...0xEF: expected = 3
      case 0xF0...0xF4: expected = 4
      default:
        reset()
        return nil
      }
      bytes = [byte]
    }
    guard bytes.count == expected else { return nil }
    defer { reset() }
    // Overlong forms and surrogates fail here.
    return String(validating: bytes, as: UTF8.self)?.unicodeScalars.first
  }
}

extension Key {
  /// The key of a byte below a space, or of DEL.
  init(controlByte byte: UInt8) {
    switch byte {
    case 0x08, 0x7F: self = .backspace
    case 0x09: self = .tab
    case 0x0A, 0x0D: self = .enter
    case 0x1B: self = .escape
    case 1...26: self = .control(Character(Unicode.Scalar(byte + 0x60)))
    default: self = .control(Character(Unicode.Scalar(byte + 0x40)))
    }
  }

  /// A key that ncurses has a name for; nil if it is none.
  fileprivate init?(named key: porch_terminal_key) {
    switch Int(key.kind) {
    case Int(PORCH_KEY_FUNCTION): self = .function(Int(key.value))
    case Int(PORCH_KEY_UP): self = .up
    case Int(PORCH_KEY_DOWN): self = .down
    case Int(PORCH_KEY_LEFT): self = .left
    case Int(PORCH_KEY_RIGHT): self = .right
    case Int(PORCH_KEY_HOME): self = .home
    case Int(PORCH_KEY_END): self = .end
    case Int(PORCH_KEY_PAGE_UP): self = .pageUp
    case Int(PORCH_KEY_PAGE_DOWN): self = .pageDown
    case Int(PORCH_KEY_INSERT): self = .insert
    case Int(PORCH_KEY_DELETE): self = .delete
    case Int(PORCH_KEY_BACKSPACE): self = .backspace
    case Int(PORCH_KEY_BACK_TAB): self = .backTab
    case Int(PORCH_KEY_ENTER): self = .keypadEnter
    case Int(PORCH_KEY_OTHER): self = .unknown([])
    default: return nil
    }
  }
}
