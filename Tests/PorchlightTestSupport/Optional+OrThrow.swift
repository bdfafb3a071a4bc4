/// A value a test needs is not there.
public struct Missing: Error, CustomStringConvertible {
  public let description: String
}

extension Optional {
  /// The value, or an error that says what is missing.
  public func orThrow(_ what: @autoclosure () -> String) throws -> Wrapped {
    guard let self else { throw Missing(description: "missing: \(what())") }
    return self
  }
}
