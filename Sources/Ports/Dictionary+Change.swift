extension Dictionary {
  /// Changes the value of a key in place, where it has one. `self[key]?` does the same, and allocates three times for it:
  /// this is for what happens with each request.
  ///
  /// - Returns: what `change` returns; nil where the key has no value.
  @inlinable
  @discardableResult
  public mutating func change<Result>(_ key: Key, _ change: (inout Value) -> Result) -> Result? {
    guard let place = index(forKey: key) else { return nil }
    return change(&values[place])
  }
}
