extension SafeText: ExpressibleByStringInterpolation {
  /// A literal is made safe like any other text, but keeps its spaces.
  public init(stringLiteral value: String) {
    self.init(untrusted: value, keepingSpaces: true)
  }

  public init(stringInterpolation: StringInterpolation) {
    self = stringInterpolation.text
  }

  /// Builds a safe text from a literal with values in it. A raw `String` is made safe on its way in.
  public struct StringInterpolation: StringInterpolationProtocol {
    var text = SafeText.empty

    public init(literalCapacity: Int, interpolationCount: Int) {}

    public mutating func appendLiteral(_ literal: String) {
      text += SafeText(stringLiteral: literal)
    }

    public mutating func appendInterpolation(_ value: SafeText) {
      text += value
    }

    public mutating func appendInterpolation(_ value: some BinaryInteger) {
      let digits = String(value)
      text += SafeText(trusted: digits, cells: digits.utf8.count)
    }

    /// Sanitises: spaces are collapsed, the ends trimmed.
    public mutating func appendInterpolation(_ value: String) {
      text += SafeText(untrusted: value)
    }
  }
}
