/// Reads JSON by recursive descent, as deep as the rules allow. The bytes are UTF-8 already.
struct CanonicalJSONParser {
  private let bytes: [UInt8]
  private let rules: CanonicalJSON.ParsingRules
  private var position = 0
  private var depth = 0

  init(_ bytes: [UInt8], _ rules: CanonicalJSON.ParsingRules) {
    self.bytes = bytes
    self.rules = rules
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func problem(_ reason: CanonicalJSON.Problem.Reason) -> CanonicalJSON.Problem {
    .init(reason: reason, offset: position)
  }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
  }

  /// Takes a byte where it is the next one.
  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(CanonicalJSON.Problem) {
    guard take(character) else { throw problem(.notJSON) }
  }

  mutating func whole() throws(CanonicalJSON.Problem) -> CanonicalJSON {
    let value = try value()
    guard next == nil else { throw problem(.notJSON) }
    return value
  }

  /// One value and the space around it.
  private mutating func value() throws(CanonicalJSON.Problem) -> CanonicalJSON {
    skipSpace()
    let value: CanonicalJSON
    switch next {
    case UInt8(ascii: "{"): value = .object(try object())
    case UInt8(ascii: "["): value = .array(try array())
    case UInt8(ascii: "\""): value = .string(try string())
    case UInt8(ascii: "t"): value = try word("true", .bool(true))
    case UInt8(ascii: "f"): value = try word("false", .bool(false))
    case UInt8(ascii: "n"): value = try word("null", .null)
    default: value = try number()
    }
    skipSpace()
    return value
  }

  private mutating func word(
    _ word: String, _ value: CanonicalJSON
  ) throws(CanonicalJSON.Problem) -> CanonicalJSON {
    for scalar in word.unicodeScalars { try expect(scalar) }
    return value
  }

  private mutating func descend() throws(CanonicalJSON.Problem) {
    depth += 1
    guard depth <= rules.deepest else { throw problem(.tooDeep) }
  }

  private mutating func array() throws(CanonicalJSON.Problem) -> [CanonicalJSON] {
    try descend()
    defer { depth -= 1 }
    try expect("[")
    skipSpace()
    if take("]") { return [] }
    var elements: [CanonicalJSON] = []
    repeat { elements.append(try value()) } while take(",")
    try expect("]")
    return elements
  }

  private mutating func object() throws(CanonicalJSON.Problem) -> CanonicalJSON.Object {
    try descend()
    defer { depth -= 1 }
    try expect("{")
    skipSpace()
    if take("}") { return .init() }
    var members: [(key: String, value: CanonicalJSON)] = []
    repeat {
      skipSpace()
      let key = try string()
      skipSpace()
      try expect(":")
      members.append((key, try value()))
    } while take(",")
    try expect("}")
    guard !rules.takesAllJSON else { return .init() }
    guard let object = CanonicalJSON.Object(members) else {
      throw problem(.duplicateKey(Self.firstTwice(members.map(\.key))))
    }
    return object
  }

  private static func firstTwice(_ keys: [String]) -> String {
    var seen: Set<[UInt8]> = []
    return keys.first { !seen.insert(Array($0.utf8)).inserted } ?? ""
  }

  // MARK: Text

  private mutating func string() throws(CanonicalJSON.Problem) -> String {
    try expect("\"")
    var text: [UInt8] = []
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): text.append(contentsOf: String(try escaped()).utf8)
      case ..<0x20: throw problem(.notJSON)
      default:
        text.append(byte)
        position += 1
      }
    }
    throw problem(.notJSON)
  }

  private mutating func escaped() throws(CanonicalJSON.Problem) -> Character {
    try expect("\\")
    guard let byte = next else { throw problem(.notJSON) }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Character(Unicode.Scalar(byte))
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return Character(try scalar())
    default:
      position -= 1
      throw problem(.notJSON)
    }
  }

  /// What follows `\u`, with the other half where it is half of a pair.
  private mutating func scalar() throws(CanonicalJSON.Problem) -> Unicode.Scalar {
    let first = try fourDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard !rules.takesAllJSON else { return "\u{FFFD}" }
    guard first < 0xDC00, take("\\"), take("u") else { throw problem(.loneSurrogate) }
    let second = try fourDigits()
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw problem(.loneSurrogate) }
    return scalar
  }

  private mutating func fourDigits() throws(CanonicalJSON.Problem) -> UInt32 {
    var number: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = next.flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
        throw problem(.notJSON)
      }
      number = number << 4 | UInt32(digit)
      position += 1
    }
    return number
  }

  // MARK: Numbers

  /// A number as JSON writes them, where it means an integer and the rules take how it is written, or keep it.
  private mutating func number() throws(CanonicalJSON.Problem) -> CanonicalJSON {
    if let number = smallInteger() { return .integer(number) }
    let start = position
    let isNegative = take("-")
    let whole = digits()
    guard let first = whole.first, first != 0 || whole.count == 1 else { throw problem(.notJSON) }
    var fraction: [UInt8] = []
    var isPlain = true
    if take(".") {
      isPlain = false
      fraction = digits()
      guard !fraction.isEmpty else { throw problem(.notJSON) }
    }
    var exponent = 0
    if take("e") || take("E") {
      isPlain = false
      let isDown = take("-")
      if !isDown { _ = take("+") }
      let written = digits()
      guard !written.isEmpty else { throw problem(.notJSON) }
      // Beyond that only zero is an integer we hold, whatever the exponent.
      let size = written.reduce(0) { min($0 * 10 + Int($1), 100_000_000) }
      exponent = isDown ? -size : size
    }
    guard !rules.takesAllJSON else { return .integer(0) }
    let number = Self.integer(whole + fraction, exponent: exponent - fraction.count)
    guard let number, isPlain && !(isNegative && number == 0) || rules.takesEveryInteger else {
      if rules.keepsOtherNumbers {
        return .otherNumber(String(decoding: bytes[start..<position], as: UTF8.self))
      }
      position = start
      throw problem(.number)
    }
    return .integer(isNegative ? -number : number)
  }

  /// Takes an integer in its canonical form, of so few digits that it is exact: what nearly all numbers are.
  private mutating func smallInteger() -> Int64? {
    var end = position
    var number: Int64 = 0
    while end < bytes.count, (0x30...0x39).contains(bytes[end]) {
      guard end - position < 15 else { return nil }
      number = number * 10 + Int64(bytes[end] - 0x30)
      end += 1
    }
    guard end > position, bytes[position] != UInt8(ascii: "0") || end - position == 1 else { return nil }
    switch end < bytes.count ? bytes[end] : 0 {
    case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): return nil
    default:
      position = end
      return number
    }
  }

  private mutating func digits() -> [UInt8] {
    let run = bytes[position...].prefix { (0x30...0x39).contains($0) }
    position = run.endIndex
    return run.map { $0 - 0x30 }
  }

  /// The integer that digits and a power of ten make; nil where they make none that is held exactly.
  private static func integer(_ digits: [UInt8], exponent: Int) -> Int64? {
    var significant = digits.drop { $0 == 0 }
    guard !significant.isEmpty else { return 0 }
    var exponent = exponent
    while significant.last == 0 {
      significant = significant.dropLast()
      exponent += 1
    }
    guard exponent >= 0, significant.count + exponent <= 16 else { return nil }
    let shifted = significant + Array(repeating: 0, count: exponent)
    let number = shifted.reduce(Int64(0)) { $0 * 10 + Int64($1) }
    return CanonicalJSON.exactIntegers.contains(number) ? number : nil
  }
}
