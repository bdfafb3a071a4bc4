import MatrixWire
import Testing

/// The form that is signed: one value, one sequence of bytes, and nothing that has no such form.
struct CanonicalJSONTests {
  private func canonical(
    _ text: String, _ rules: CanonicalJSON.ParsingRules = .init()
  ) throws -> String {
    String(decoding: try CanonicalJSON(parsing: Array(text.utf8), rules).bytes, as: UTF8.self)
  }

  private func problem(_ text: String) -> CanonicalJSON.Problem? { problem(Array(text.utf8)) }

  private func problem(
    _ bytes: [UInt8], _ rules: CanonicalJSON.ParsingRules = .init()
  ) -> CanonicalJSON.Problem? {
    do {
      _ = try CanonicalJSON(parsing: bytes, rules)
      return nil
    } catch {
      return error
    }
  }

  /// The examples of the specification's appendix, in its order.
  @Test(arguments: [
    ("{}", "{}"),
    ("{\n  \"one\": 1,\n  \"two\": \"Two\"\n}", #"{"one":1,"two":"Two"}"#),
    ("{\n  \"b\": \"2\",\n  \"a\": \"1\"\n}", #"{"a":"1","b":"2"}"#),
    (#"{"b":"2","a":"1"}"#, #"{"a":"1","b":"2"}"#),
    (
      """
      {"auth": {"success": true, "mxid": "@john.doe:example.com", "profile": {"display_name": "John Doe",
      "three_pids": [{"medium": "email", "address": "john.doe@example.org"},
      {"medium": "msisdn", "address": "123456789"}]}}}
      """,
      #"{"auth":{"mxid":"@john.doe:example.com","profile":{"display_name":"John Doe","three_pids":"#
        + #"[{"address":"john.doe@example.org","medium":"email"},{"address":"123456789","medium":"msisdn"}]}"#
        + #","success":true}}"#
    ),
    ("{\n  \"a\": \"日本語\"\n}", #"{"a":"日本語"}"#),
    ("{\n  \"本\": 2,\n  \"日\": 1\n}", #"{"日":1,"本":2}"#),
    (#"{"a": "\u65E5"}"#, #"{"a":"日"}"#),
    (#"{"a": null}"#, #"{"a":null}"#),
    (#"{"a": -0, "b": 1e10}"#, #"{"a":0,"b":10000000000}"#),
  ])
  func theSpecificationsExamplesHold(_ text: String, _ expected: String) throws {
    #expect(try canonical(text, .lenient) == expected)
  }

  @Test(arguments: [
    ("-9007199254740991", -9_007_199_254_740_991), ("9007199254740991", 9_007_199_254_740_991), ("0", 0),
    ("-1", -1),
  ])
  func integersAreTakenAsTheyStand(_ text: String, _ number: Int64) throws {
    #expect(try CanonicalJSON(parsing: Array(text.utf8)) == .integer(number))
    #expect(try canonical(text) == text)
  }

  @Test(arguments: [
    "-0", "1.0", "1e3", "0.5", "9007199254740992", "-9007199254740992", "1e400",
    "123456789012345678901234567890", "1E+2", "0e0",
  ])
  func otherNumbersAreRefused(_ text: String) {
    #expect(problem("[\(text)]")?.reason == .number)
    #expect(problem("[\(text)]")?.offset == 1)
  }

  @Test(arguments: [
    ("-0", "0"), ("-0.0e99999999999999999999", "0"), ("1.50E+1", "15"), ("1200e-2", "12"), ("-2.0", "-2"),
    ("9007199254740991000e-3", "9007199254740991"),
  ])
  func integersMayBeWrittenOtherwiseWhereTheRulesSaySo(_ text: String, _ expected: String) throws {
    #expect(try canonical(text, .lenient) == expected)
  }

  @Test(arguments: ["0.5", "1e16", "1e-1", "9007199254740992", "1e99999999999999999999"])
  func noFractionIsTakenInAnyCase(_ text: String) {
    #expect(throws: CanonicalJSON.Problem.self) { try canonical(text, .lenient) }
  }

  @Test(arguments: [
    "", " ", "{", "[", "]", "[1,]", "{\"a\":1,}", "{\"a\"}", "{a:1}", "01", "+1", "-", "1.", ".5", "1e",
    "nul",
    "truely", "{}{}", "\"", "\"\\x\"", "\"\\u12g4\"", "\"\\u12", "\"\n\"", "\u{FEFF}{}", "'a'", "NaN",
    "[1 2]",
    "/**/1", "\u{b}1",
  ])
  func whatIsNotJSONIsRefused(_ text: String) { #expect(problem(text)?.reason == .notJSON) }

  @Test(arguments: ["\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\ud800\"", "\"\\ud83dx\"", "\"\\ud83d\\n\""])
  func halfOfAPairIsRefused(_ text: String) { #expect(problem(text)?.reason == .loneSurrogate) }

  @Test func bytesThatAreNoTextAreRefused() {
    #expect(problem([0x22, 0xED, 0xA0, 0x80, 0x22])?.reason == .notUTF8)
  }

  @Test func aKeyThatStandsTwiceIsNamed() {
    #expect(problem(#"{"b":1,"a":1,"\u0061":2}"#)?.reason == .duplicateKey("a"))
    #expect(problem(#"[{"a":{"x":1,"x":1}}]"#)?.reason == .duplicateKey("x"))
  }

  @Test func nestingHasALimit() throws {
    let deepest = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
    #expect(try canonical(deepest) == deepest)
    #expect(problem("[" + deepest + "]")?.reason == .tooDeep)
    #expect(problem(String(repeating: #"{"a":"#, count: 1_000_000))?.reason == .tooDeep)
    #expect(try canonical("[[],[],[]" + String(repeating: ",[]", count: 500) + "]").utf8.count == 1510)
  }

  @Test func sizeHasALimit() {
    var rules = CanonicalJSON.ParsingRules()
    rules.largest = 3
    #expect(problem(Array("[10]".utf8), rules)?.reason == .tooLarge)
    #expect(problem(Array("[1]".utf8), rules) == nil)
  }

  /// `String` takes both for one; JSON, and its signature, does not.
  @Test func equivalentTextsAreTwoKeysInTheOrderOfTheirCodePoints() throws {
    let text = "{\"\u{e9}\":1,\"e\u{301}\":2,\"\u{1F600}\":3,\"\u{FF5E}\":4}"
    #expect(try canonical(text) == "{\"e\u{301}\":2,\"\u{e9}\":1,\"\u{FF5E}\":4,\"\u{1F600}\":3}")
    let value = try CanonicalJSON(parsing: Array(text.utf8))
    #expect(value["\u{e9}"] == .integer(1))
    #expect(value["e\u{301}"] == .integer(2))
    #expect(CanonicalJSON.string("\u{e9}") != .string("e\u{301}"))
  }

  @Test func onlyWhatHasToBeIsEscaped() throws {
    #expect(
      try canonical(#""\u0000\u0008\t\n\u000b\f\r\u001f\"\\\/\u007f\ud83d\ude00""#)
        == #""\u0000\b\t\n\u000b\f\r\u001f\"\\/"# + "\u{7f}\u{1F600}\"")
  }

  @Test func membersAreSetAndRemoved() throws {
    var value = try CanonicalJSON(parsing: Array(#"{"unsigned":{},"b":[1],"signatures":{"x":{}}}"#.utf8))
    value["signatures"] = nil
    value["unsigned"] = nil
    value["nothing"] = nil
    value["a"] = .bool(false)
    value["b"] = .null
    #expect(String(decoding: value.bytes, as: UTF8.self) == #"{"a":false,"b":null}"#)
    var other = CanonicalJSON.integer(1)
    other["a"] = .null
    #expect(other == .integer(1))
  }

  @Test func whatIsCanonicalStaysAsItIs() throws {
    var random = Numbers(state: 7)
    for _ in 0..<2_000 {
      let value = Self.value(&random, depth: 4)
      let bytes = value.bytes
      let again = try CanonicalJSON(parsing: bytes)
      #expect(again.bytes == bytes)
      #expect(again == value)
    }
  }

  private struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 29
    }
  }

  private static func text(_ random: inout Numbers) -> String {
    let scalars: [ClosedRange<UInt32>] = [0...0x7F, 0x20...0x7E, 0x80...0xD7FF, 0xE000...0x10FFFF]
    var text = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0...5, using: &random) {
      let range = scalars[Int.random(in: 0..<4, using: &random)]
      if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &random)) { text.append(scalar) }
    }
    return String(text)
  }

  private static func value(_ random: inout Numbers, depth: Int) -> CanonicalJSON {
    switch Int.random(in: 0..<(depth > 0 ? 6 : 4), using: &random) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &random))
    case 2: return .integer(Int64.random(in: CanonicalJSON.exactIntegers, using: &random))
    case 3: return .string(text(&random))
    case 4:
      return .array((0..<Int.random(in: 0...3, using: &random)).map { _ in value(&random, depth: depth - 1) })
    default:
      var object = CanonicalJSON.Object()
      for _ in 0..<Int.random(in: 0...4, using: &random) {
        object[text(&random)] = value(&random, depth: depth - 1)
      }
      return .object(object)
    }
  }
}
