/// Base64 as Matrix writes it: the standard alphabet, without `=` at the end.
///
/// Source: Matrix specification, appendices, "Unpadded Base64".
public enum UnpaddedBase64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let urlSafeAlphabet = Array(alphabet.dropLast(2)) + Array("-_".utf8)

  public static func encode(_ bytes: some Sequence<UInt8>) -> String { encode(bytes, alphabet) }

  /// With `-` and `_` in place of `+` and `/`, as event IDs have it.
  public static func encodeURLSafe(_ bytes: some Sequence<UInt8>) -> String { encode(bytes, urlSafeAlphabet) }

  private static func encode(_ bytes: some Sequence<UInt8>, _ alphabet: [UInt8]) -> String {
    var text: [UInt8] = []
    var (bits, count) = (UInt32(0), 0)
    for byte in bytes {
      bits = bits << 8 | UInt32(byte)
      count += 8
      while count >= 6 {
        count -= 6
        text.append(alphabet[Int(bits >> UInt32(count) & 63)])
      }
    }
    if count > 0 { text.append(alphabet[Int(bits << UInt32(6 - count) & 63)]) }
    return String(decoding: text, as: UTF8.self)
  }

  /// With or without padding, as the specification asks of readers; nil for anything else. Bits at the end that
  /// stand for nothing may be set, as they are in the specification's own example of a key.
  public static func decode(_ text: some StringProtocol) -> [UInt8]? {
    var rest = Array(text.utf8)
    if rest.last == UInt8(ascii: "="), rest.count.isMultiple(of: 4) {
      rest.removeLast()
      if rest.last == UInt8(ascii: "=") { rest.removeLast() }
    }
    guard rest.count % 4 != 1 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(rest.count * 3 / 4)
    var (bits, count) = (UInt32(0), 0)
    for character in rest {
      guard let value = value(character) else { return nil }
      bits = bits << 6 | value
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    return bytes
  }

  /// The character of the last six bits.
  static func urlSafe(_ bits: UInt64) -> UInt8 { urlSafeAlphabet[Int(bits & 63)] }

  /// What a character that `encodeURLSafe` writes stands for; nil for anything else.
  static func value(ofURLSafe character: UInt8) -> UInt32? {
    switch character {
    case UInt8(ascii: "-"): 62
    case UInt8(ascii: "_"): 63
    case UInt8(ascii: "+"), UInt8(ascii: "/"): nil
    default: value(character)
    }
  }

  private static func value(_ character: UInt8) -> UInt32? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
