/// Spans as people write them: `90s`, `5m`, `1h30m`, `2d`.
public enum DurationText {
  /// The longest span that is believed to be meant: ten years.
  public static let longest = Duration.seconds(10 * 365 * 24 * 3600)

  private static let units: [(name: Character, seconds: Int64)] = [
    ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1),
  ]

  /// Reads a span: numbers with units, from the largest unit to the smallest, each at most once.
  ///
  /// - Returns: the span, or nil where the text is none, is zero, or is longer than `longest`.
  public static func parse(_ text: String) -> Duration? {
    var rest = text[...]
    var total: Int64 = 0
    for unit in units {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      guard !digits.isEmpty, rest.dropFirst(digits.count).first == unit.name else { continue }
      guard digits.count <= 12, let number = Int64(digits) else { return nil }
      let (seconds, overflow) = number.multipliedReportingOverflow(by: unit.seconds)
      guard !overflow, seconds <= longest.components.seconds else { return nil }
      total += seconds
      rest = rest.dropFirst(digits.count + 1)
    }
    guard rest.isEmpty, total > 0, .seconds(total) <= longest else { return nil }
    return .seconds(total)
  }
}
