internal import Screen

extension Key {
  /// The label of the key, for people; for a key without a name, the bytes that it sent.
  var name: SafeText {
    switch self {
    case .character(" "), .text(" "): "space"
    case .character(let scalar), .text(let scalar): Self.name(of: scalar)
    case .enter: "Enter"
    case .keypadEnter: "keypad Enter"
    case .escape: "Esc"
    case .tab: "Tab"
    case .backTab: "Shift-Tab"
    case .backspace: "Backspace"
    case .delete: "Del"
    case .insert: "Ins"
    case .up: "Up"
    case .down: "Down"
    case .left: "Left"
    case .right: "Right"
    case .home: "Home"
    case .end: "End"
    case .pageUp: "PgUp"
    case .pageDown: "PgDn"
    case .function(let number): "F\(number)"
    case .control(let letter): "Ctrl-" + SafeText(untrusted: String(letter))
    case .unknown(let bytes): Self.name(of: bytes)
    }
  }

  /// The name as it is written in a sentence: in quotes, except for bytes, which might hold quotes themselves.
  var quotedName: SafeText {
    if case .unknown(let bytes) = self, !bytes.isEmpty { return name }
    return "'" + name + "'"
  }

  /// How many bytes of a sequence are named: more would fill the line.
  private static let namedBytes = 12

  private static func name(of scalar: Unicode.Scalar) -> SafeText {
    let text = SafeText(untrusted: String(scalar))
    guard text.isEmpty else { return text }
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "U+" + SafeText(untrusted: String(repeating: "0", count: max(0, 4 - digits.count)) + digits)
  }

  private static func name(of bytes: [UInt8]) -> SafeText {
    guard !bytes.isEmpty else { return "that one" }
    let words = bytes.prefix(namedBytes).map { byte in
      switch byte {
      case 0x1B: "ESC"
      case 0x20: "SP"
      case 0x21...0x7E: String(Unicode.Scalar(byte))
      default: (byte < 16 ? "0x0" : "0x") + String(byte, radix: 16, uppercase: true)
      }
    }
    let more = bytes.count > namedBytes ? ["..."] : []
    return SafeText(untrusted: (words + more).joined(separator: " "))
  }
}
