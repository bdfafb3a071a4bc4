/// Joins the bytes of a UTF-8 character that may arrive in pieces. What is not UTF-8 is left out.
struct UTF8Assembler: Sendable {
  private var bytes: [UInt8] = []
  private var expected = 0

  /// Whether a continuation byte would belong to a character that has begun.
  var isWithinCharacter: Bool { !bytes.isEmpty }

  mutating func reset() {
    bytes = []
  }

  mutating func feed(_ byte: UInt8) -> Unicode.Scalar? {
    if byte & 0xC0 == 0x80, !bytes.isEmpty {
      bytes.append(byte)
    } else {
      reset()
      guard let length = Self.length(ofCharacterBeginningWith: byte) else { return nil }
      expected = length
      bytes = [byte]
    }
    guard bytes.count == expected else { return nil }
    defer { reset() }
    // Overlong forms and surrogates fail here.
    return String(validating: bytes, as: UTF8.self)?.unicodeScalars.first
  }

  /// How many bytes a character has that begins with this one; nil where none does.
  static func length(ofCharacterBeginningWith byte: UInt8) -> Int? {
    switch byte {
    case ..<0x80: 1
    case 0xC2...0xDF: 2
    case 0xE0...0xEF: 3
    case 0xF0...0xF4: 4
    default: nil
    }
  }
}
