import Testing

@testable import MatrixWire

/// Patterns for event types.
struct TypePatternsTests {
  private static let patterns = [
    "", "*", "**", "a", "b", "ab", "a*", "*a", "*a*", "a*b", "a**b", "*ab*", "*aab*", "*aba*", "a*a", "ab*ba",
    "*a*b*", "*b*a*", "*ab*ab*", "*aa*aa", "aab*", "*abaab*a", "a*ab*b", "?", "a?b", "é", "*é", "*\u{301}",
  ]
  /// All texts of up to seven letters, of two letters, and a few others.
  private static let types: [String] = {
    var texts = ["", "é", "e\u{301}", "a?b"]
    var longest = [""]
    for _ in 0..<7 {
      longest = longest.flatMap { [$0 + "a", $0 + "b"] }
      texts += longest
    }
    return texts
  }()

  /// Which beginnings of the type each beginning of the pattern matches, row by row.
  private static func matches(_ pattern: [UInt8], _ type: [UInt8]) -> Bool {
    var row = [true] + Array(repeating: false, count: type.count)
    for byte in pattern {
      if byte == UInt8(ascii: "*") {
        let first = row.firstIndex(of: true) ?? row.count
        row = row.indices.map { $0 >= first }
      } else {
        row = [false] + type.indices.map { row[$0] && type[$0] == byte }
      }
    }
    return row.last == true
  }

  @Test(arguments: patterns) func aPatternMatchesByteByByte(pattern: String) {
    let compiled = TypePatterns([pattern])
    for type in Self.types {
      let (bytes, expected) = (Array(type.utf8), Self.matches(Array(pattern.utf8), Array(type.utf8)))
      #expect(compiled.matches(bytes) == expected, "'\(pattern)' and '\(type)'")
    }
  }

  @Test func manyPatternsMatchWhatOneOfThemMatches() {
    for count in [2, 3, 5, 11] {
      for start in Self.patterns.indices.dropLast(count) {
        // Without the one that matches everything.
        let some = Self.patterns[start..<start + count].filter { !["*", "**"].contains($0) }
        let compiled = TypePatterns(some)
        for type in Self.types {
          let expected = some.contains { Self.matches(Array($0.utf8), Array(type.utf8)) }
          #expect(compiled.matches(Array(type.utf8)) == expected, "\(some) and '\(type)'")
        }
      }
    }
  }

  /// Of quadratic length this is a day's work, of a backtracking one more than there is time.
  @Test(
    .timeLimit(.minutes(5)),
    arguments: [
      "*" + String(repeating: "a", count: 150_000) + "b*",
      String(repeating: "*a", count: 150_000) + "b",
      "*" + String(repeating: "a*", count: 150_000) + "b*",
      "*" + String(repeating: "ab", count: 70_000) + "aa*",
    ])
  func aLongPatternAndALongTypeTakeTheirLengthAndNoMore(pattern: String) {
    let compiled = TypePatterns([pattern])
    #expect(!compiled.matches(Array(repeating: UInt8(ascii: "a"), count: 300_000)))
    #expect(!compiled.matches(Array(String(repeating: "ab", count: 140_000).utf8)))
  }
}
