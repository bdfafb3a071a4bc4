import MatrixWire
import Testing

extension WireString {
  /// The value of a text that a test knows to be well-formed.
  static func named(_ text: String, _ location: SourceLocation = #_sourceLocation) throws -> Self {
    try #require(Self(text), sourceLocation: location)
  }
}
