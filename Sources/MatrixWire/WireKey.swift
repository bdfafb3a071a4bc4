/// A JSON key made from a string, so that namespaced keys come from `UnstablePrefix` and are spelled in one place.
struct WireKey: CodingKey, ExpressibleByStringLiteral {
  let stringValue: String
  var intValue: Int? { nil }

  init(stringLiteral value: String) { self.stringValue = value }
  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }

  /// A key in the project's namespace.
  static func unstable(_ name: String) -> WireKey { WireKey(stringLiteral: UnstablePrefix.key(name)) }
}

extension KeyedDecodingContainer<WireKey> {
  /// A value where it is present and of the right type; nil otherwise. For fields from others, where one
  /// malformed detail must not cost the whole event.
  func lenient<Value: Decodable>(_ key: WireKey) -> Value? {
    (try? decodeIfPresent(Value.self, forKey: key)) ?? nil
  }

  /// The elements of an array that parse; a malformed one does not cost its neighbours.
  func lossy<Value: Decodable>(_ key: WireKey) -> [Value] {
    let elements: [Lossy<Value>] = lenient(key) ?? []
    return elements.compactMap(\.value)
  }

  /// A span in milliseconds, sent as any JSON number: rounded, never negative, at most ten years
  /// (clock skew produces worse; Protocol 9.7).
  func milliseconds(_ key: WireKey) -> Int? {
    guard let number: Double = lenient(key), number.isFinite else { return nil }
    let tenYears = 10.0 * 365 * 24 * 3600 * 1000
    return number > tenYears ? nil : Int(max(0, number).rounded())
  }

  /// A number of things, sent as any JSON number within the range of exact integers.
  func count(_ key: WireKey) -> Int? { timestamp(key).map { Int($0) } }

  /// A moment in milliseconds since 1970, sent as any JSON number within the range of exact integers.
  func timestamp(_ key: WireKey) -> Int64? {
    guard let number: Double = lenient(key), (0...9_007_199_254_740_991).contains(number) else {
      return nil
    }
    return Int64(number)
  }
}

/// An element of a foreign array, nil where it does not parse.
struct Lossy<Value: Decodable>: Decodable {
  let value: Value?

  init(from decoder: any Decoder) throws { value = try? Value(from: decoder) }
}
