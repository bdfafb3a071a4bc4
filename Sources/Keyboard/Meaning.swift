internal import Screen

/// What a whole sequence means.
enum Meaning: Hashable, Sendable {
  case key(Key)
  case pasteBegin
  /// Something that is neither a key nor a report that matters here: a mouse report, a device's answer, the
  /// release of a key.
  case nothing
  case event(InputEvent)
  /// An unknown key or report.
  case unknown
}

extension Meaning {
  /// - Parameters:
  ///   - sequence: one that is complete.
  ///   - keys: what the terminal's own strings are; they win.
  init(_ sequence: ControlSequence, _ keys: TerminalKeys) {
    if let key = keys.key(for: sequence.bytes) {
      self = .key(key)
      return
    }
    switch sequence.kind {
    case .escape: self = .key(.escape)
    case .csi: self = sequence.hasPosition ? .nothing : Meaning(csi: sequence.bytes)
    case .ss3: self = Meaning(ss3: sequence.bytes)
    case .string: self = BackgroundAnswer(sequence.bytes).map { .event($0.event) } ?? .nothing
    case .alt, .own: self = .unknown
    }
    // Alt and a key is another key, which has no name here.
    if sequence.isAlt, case .key = self { self = .unknown }
  }

  /// The keys of xterm, rxvt, the Linux console and the VT220, and the forms of keyboard protocols.
  private init(csi bytes: [UInt8]) {
    if bytes.count == 4, bytes[2] == UInt8(ascii: "["),
      (UInt8(ascii: "A")...UInt8(ascii: "E")).contains(bytes[3])
    {
      self = .key(.function(Int(bytes[3] - 0x40)))
      return
    }
    guard let form = ControlForm(bytes) else {
      self = .unknown
      return
    }
    if form.prefix != nil || !form.intermediates.isEmpty && form.intermediates != [UInt8(ascii: "$")] {
      self = .nothing
    } else if form.final == UInt8(ascii: "u") || form.isModifyOtherKeys {
      self = Meaning(keyboardProtocol: form)
    } else if form.isRelease {
      self = .nothing
    } else if form.final == UInt8(ascii: "~") {
      self = Meaning(numbered: form)
    } else {
      self = Meaning(lettered: form)
    }
  }

  private init(numbered form: ControlForm) {
    switch form.number(0) {
    case 200: self = .pasteBegin
    case 201: self = .nothing
    case let number: self = form.isModified ? .unknown : Self.keys[number ?? 0].map { .key($0) } ?? .unknown
    }
  }

  private static let keys: [Int: Key] = {
    var keys: [Int: Key] = [
      1: .home, 2: .insert, 3: .delete, 4: .end, 5: .pageUp, 6: .pageDown, 7: .home, 8: .end,
    ]
    // DEC numbered its function keys in groups.
    for (first, numbers) in [(1, 11...15), (6, 17...21), (11, 23...26), (15, 28...29), (17, 31...34)] {
      for number in numbers { keys[number] = .function(first + number - numbers.lowerBound) }
    }
    return keys
  }()

  private init(lettered form: ControlForm) {
    let hasNumbers = !form.parameters.isEmpty
    switch form.final {
    // Focus.
    case UInt8(ascii: "I") where !hasNumbers, UInt8(ascii: "O") where !hasNumbers: self = .nothing
    // The mouse in mode 1015, the cursor's place, device attributes and states, modes, the window, the locator.
    case UInt8(ascii: "M"), UInt8(ascii: "R"), UInt8(ascii: "c"), UInt8(ascii: "n"), UInt8(ascii: "y"),
      UInt8(ascii: "t"), UInt8(ascii: "x"):
      self = hasNumbers ? .nothing : form.final == UInt8(ascii: "R") ? .key(.function(3)) : .unknown
    case UInt8(ascii: "Z"): self = .key(.backTab)
    default:
      let key = form.isModified ? nil : Self.cursorKey(form.final)
      self = key.map { .key($0) } ?? .unknown
    }
  }

  private static func cursorKey(_ final: UInt8) -> Key? {
    switch final {
    case UInt8(ascii: "A"): .up
    case UInt8(ascii: "B"): .down
    case UInt8(ascii: "C"): .right
    case UInt8(ascii: "D"): .left
    case UInt8(ascii: "F"): .end
    case UInt8(ascii: "H"): .home
    case UInt8(ascii: "P")...UInt8(ascii: "S"): .function(Int(final) - 0x4F)
    default: nil
    }
  }

  /// Arrows in application mode, F1 to F4, and the keypad in application mode.
  private init(ss3 bytes: [UInt8]) {
    guard let form = ControlForm(bytes), !form.isModified else {
      self = .unknown
      return
    }
    switch form.final {
    case UInt8(ascii: "M"): self = .key(.keypadEnter)
    case UInt8(ascii: "I"): self = .key(.tab)
    case 0x20: self = .key(.text(" "))
    case UInt8(ascii: "X"): self = .key(.text("="))
    case UInt8(ascii: "j")...UInt8(ascii: "y"): self = .key(.text(Unicode.Scalar(form.final - 0x40)))
    default: self = Self.cursorKey(form.final).map { .key($0) } ?? .unknown
    }
  }
}
