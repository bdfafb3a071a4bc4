/// One sequence of a terminal as it comes in, byte by byte, by the grammar of ECMA-48: where it ends is known
/// without knowing what it means.
struct ControlSequence: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    /// `ESC`, and nothing after it yet.
    case escape
    /// `ESC [`, parameters, intermediates, a final byte.
    case csi
    /// `ESC O`, perhaps parameters (modifiers, in old terminals), a final byte.
    case ss3
    /// OSC, DCS, SOS, PM and APC, up to ST; OSC up to BEL as well.
    case string
    /// `ESC` and one character: Alt with that key.
    case alt
    /// A string of this terminal's own that follows no grammar.
    case own
  }

  enum Step: Hashable, Sendable {
    case more, complete
    /// The byte is no part of it, and ended it.
    case broken
    /// The byte begins another sequence, and ended this one.
    case interrupted
    /// CAN or SUB: it is taken back.
    case cancelled
  }

  private(set) var kind: Kind
  /// What came, with C1 controls as their 7-bit forms; of a very long one only the beginning.
  private(set) var bytes: [UInt8]
  /// Whether a second `ESC` went before it, as some terminals send Alt.
  private(set) var isAlt = false
  /// Whether coordinates follow the final byte, as in the oldest mouse reports, and how many of them are left.
  private var isPositional = false
  private var trailing = 0
  private var body = 0
  private var mayEnd = false
  private var sawEscape = false
  private var withinCharacter = 0

  /// Longer than any answer of a terminal. The rest is passed over, not kept.
  static let byteLimit = 4_096

  init(escape: Void) {
    kind = .escape
    bytes = [0x1B]
  }

  /// A string of the terminal's own that begins with a control byte other than `ESC`.
  init(own byte: UInt8) {
    kind = .own
    bytes = [byte]
  }

  /// A sequence that begins with an 8-bit control; nil where that byte begins none.
  init?(c1 byte: UInt8) {
    guard (0x80...0x9F).contains(byte), let kind = Self.kind(introducedBy: byte - 0x40) else { return nil }
    self.kind = kind
    bytes = [0x1B, byte - 0x40]
  }

  /// What `ESC` and this byte begin.
  static func kind(introducedBy byte: UInt8) -> Kind? {
    switch byte {
    case UInt8(ascii: "["): .csi
    case UInt8(ascii: "O"): .ss3
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"), UInt8(ascii: "_"):
      .string
    default: nil
    }
  }

  /// Whether nothing follows what introduces it, so that it may be Alt and that key (or a mouse report's beginning,
  /// which is a function key of other terminals).
  var isBare: Bool { body == 0 || isPositional && body == 1 }

  /// Whether keys and reports of terminals end in this byte at all.
  func endsUsually(with byte: UInt8) -> Bool {
    let ends = kind == .csi ? "ABCDEFGHIMOPQRSTZabcdmntuwxy~^$@" : "ABCDEFHIMPQRSXabcd jklmnopqrstuvwxy"
    return ends.utf8.contains(byte)
  }

  /// Whether a string is at an `ESC` that may begin its end.
  var isAtEscape: Bool { sawEscape }

  /// Whether it is only answers and reports of the terminal that begin like this, never keys.
  var isReport: Bool {
    switch kind {
    case .string: !isBare
    case .csi: bytes.count > 2 && (0x3C...0x3F).contains(bytes[2]) || isPositional && body > 1
    default: false
    }
  }

  mutating func take(_ byte: UInt8, _ keys: TerminalKeys) -> Step {
    switch kind {
    case .escape: return takeAfterEscape(byte, keys)
    case .string: return takeInString(byte)
    case .own: return takeOwn(byte, keys)
    case .alt: return takeInCharacter(byte)
    case .csi, .ss3: break
    }
    if byte == 0x1B || (!isPositional && Self(c1: byte) != nil) { return .interrupted }
    if isPositional { return takePosition(byte) }
    if byte == 0x18 || byte == 0x1A { return .cancelled }
    // Control characters within a sequence are no part of it and do not end it.
    if byte < 0x20 || byte == 0x7F { return .more }
    guard byte < 0x7F else { return .broken }
    append(byte)
    return kind == .csi ? takeInCSI(byte, keys) : takeInSS3(byte, keys)
  }

  private mutating func takeAfterEscape(_ byte: UInt8, _ keys: TerminalKeys) -> Step {
    if byte == 0x1B {
      guard !isAlt else { return .interrupted }
      isAlt = true
      return .more
    }
    if Self(c1: byte) != nil { return .interrupted }
    bytes.append(byte)
    if let introduced = Self.kind(introducedBy: byte), keys.key(for: bytes) == nil {
      kind = introduced
      return .more
    }
    body = 1
    return end(keys) { sequence in
      sequence.kind = .alt
      sequence.withinCharacter = (UTF8Assembler.length(ofCharacterBeginningWith: byte) ?? 1) - 1
      return sequence.withinCharacter > 0 ? .more : .complete
    }
  }

  private mutating func takeInCharacter(_ byte: UInt8) -> Step {
    guard byte & 0xC0 == 0x80 else { return byte == 0x1B ? .interrupted : .broken }
    bytes.append(byte)
    withinCharacter -= 1
    return withinCharacter > 0 ? .more : .complete
  }

  private mutating func takeInCSI(_ byte: UInt8, _ keys: TerminalKeys) -> Step {
    if mayEnd { return end(keys) { _ in .complete } }
    switch byte {
    case 0x30...0x3F: return .more
    case 0x20...0x2F:
      // rxvt marks Shift by `$` in the place of the final byte, which is none.
      let isShifted =
        byte == UInt8(ascii: "$") && body > 1 && bytes[2..<(bytes.count - 1)].allSatisfy(\.isDigit)
      return isShifted ? .complete : .more
    case UInt8(ascii: "[") where body == 1:
      // The Linux console's F1 to F5: one letter more.
      mayEnd = true
      return .more
    default:
      return end(keys) { sequence in
        if sequence.body == 1 { sequence.expectPosition(after: byte, keys) }
        return sequence.isPositional ? .more : .complete
      }
    }
  }

  /// Coordinates follow in the mouse reports of the modes 9, 1000 and 1005 (M), and in those of mode 1001.
  private mutating func expectPosition(after final: UInt8, _ keys: TerminalKeys) {
    guard keys.key(for: bytes) == nil else { return }
    switch final {
    case UInt8(ascii: "M"): trailing = 3
    case UInt8(ascii: "t"): trailing = 2
    case UInt8(ascii: "T"): trailing = 6
    default: return
    }
    isPositional = true
  }

  private mutating func takePosition(_ byte: UInt8) -> Step {
    // A coordinate above 95 is one byte in mode 1000 and two in mode 1005; what looks like UTF-8 is taken for it.
    if withinCharacter > 0, byte & 0xC0 == 0x80 {
      withinCharacter = 0
    } else {
      guard trailing > 0 else { return .broken }
      trailing -= 1
      withinCharacter = (0xC2...0xDF).contains(byte) ? 1 : 0
    }
    append(byte)
    return trailing == 0 && withinCharacter == 0 ? .complete : .more
  }

  /// Whether it has all its coordinates, or all but the second byte of the last one, if that has two.
  var hasPosition: Bool { isPositional && trailing == 0 }

  private mutating func takeInSS3(_ byte: UInt8, _ keys: TerminalKeys) -> Step {
    if byte.isDigit || byte == UInt8(ascii: ";") { return .more }
    return end(keys) { _ in .complete }
  }

  /// Ends it, unless it goes on as a string of the terminal's own.
  private mutating func end(_ keys: TerminalKeys, _ otherwise: (inout Self) -> Step) -> Step {
    guard keys.isBeginning(bytes) else { return otherwise(&self) }
    kind = .own
    return .more
  }

  private mutating func takeOwn(_ byte: UInt8, _ keys: TerminalKeys) -> Step {
    if byte == 0x1B { return .interrupted }
    bytes.append(byte)
    body += 1
    if keys.isBeginning(bytes) { return .more }
    if keys.key(for: bytes) != nil { return .complete }
    bytes.removeLast()
    return .broken
  }

  private mutating func takeInString(_ byte: UInt8) -> Step {
    if sawEscape {
      // ESC \ is its end; anything else after ESC is a sequence of its own.
      return byte == UInt8(ascii: "\\") ? .complete : .interrupted
    }
    if withinCharacter > 0, byte & 0xC0 == 0x80 {
      withinCharacter -= 1
      append(byte)
      return .more
    }
    withinCharacter = 0
    switch byte {
    case 0x1B: sawEscape = true
    case 0x07 where bytes[1] == UInt8(ascii: "]"): return .complete
    case 0x18, 0x1A: return .cancelled
    case 0x9C: return .complete
    default:
      withinCharacter = (UTF8Assembler.length(ofCharacterBeginningWith: byte) ?? 1) - 1
      append(byte)
    }
    return .more
  }

  private mutating func append(_ byte: UInt8) {
    body += 1
    if bytes.count < Self.byteLimit { bytes.append(byte) }
  }
}

extension UInt8 {
  var isDigit: Bool { (0x30...0x39).contains(self) }
}
