/// The parts of a complete CSI or SS3 sequence.
struct ControlForm: Hashable, Sendable {
  /// One of `<=>?`, by which reports are told from keys.
  private(set) var prefix: UInt8?
  /// Parameters with their parts, which colons separate; nil for an empty one.
  private(set) var parameters: [[Int?]] = []
  private(set) var intermediates: [UInt8] = []
  let final: UInt8

  /// - Parameter bytes: the whole sequence, beginning with `ESC [` or `ESC O`; nil where it has no final byte.
  init?(_ bytes: [UInt8]) {
    guard bytes.count > 2, let last = bytes.last else { return nil }
    final = last
    var body = bytes.dropFirst(2).dropLast()
    if let first = body.first, (0x3C...0x3F).contains(first) {
      prefix = first
      body = body.dropFirst()
    }
    let numbers = body.prefix { (0x30...0x3B).contains($0) }
    intermediates = body.dropFirst(numbers.count).filter { (0x20...0x2F).contains($0) }
    guard !numbers.isEmpty else { return }
    parameters = numbers.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).map {
      parameter in
      parameter.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).map {
        Int(String(decoding: $0, as: UTF8.self))
      }
    }
  }

  /// One parameter's part, counted from 0; nil where it is missing.
  func number(_ index: Int, part: Int = 0) -> Int? {
    guard parameters.indices.contains(index), parameters[index].indices.contains(part) else { return nil }
    return parameters[index][part]
  }

  /// The modifiers as bits: Shift 1, Alt 2, Ctrl 4, and others. A key without a number may have them first.
  var modifiers: Int {
    let isNumbered = final == UInt8(ascii: "~") || final == UInt8(ascii: "u")
    let isFirst = !isNumbered && parameters.count == 1
    return max(0, (number(isFirst ? 0 : 1) ?? 1) - 1)
  }

  /// Whether more is held than the locks, which change no key here.
  var isModified: Bool { modifiers & 0x3F != 0 || intermediates == [UInt8(ascii: "$")] }

  /// Whether it tells that a key was let go, in kitty's protocol.
  var isRelease: Bool { number(1, part: 1) == 3 }

  /// xterm's form for other keys: `CSI 27 ; modifiers ; character ~`.
  var isModifyOtherKeys: Bool {
    final == UInt8(ascii: "~") && number(0) == 27 && parameters.count == 3
  }
}
