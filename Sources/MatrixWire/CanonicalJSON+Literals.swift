extension CanonicalJSON: ExpressibleByStringLiteral {
  public init(stringLiteral text: String) { self = .string(text) }
}

extension CanonicalJSON: ExpressibleByIntegerLiteral {
  public init(integerLiteral number: Int64) { self = .integer(number) }
}

extension CanonicalJSON: ExpressibleByBooleanLiteral {
  public init(booleanLiteral flag: Bool) { self = .bool(flag) }
}

extension CanonicalJSON: ExpressibleByArrayLiteral {
  public init(arrayLiteral elements: CanonicalJSON...) { self = .array(elements) }
}

extension CanonicalJSON: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral members: (String, CanonicalJSON)...) { self = .object(Object(members)) }
}

extension CanonicalJSON.Object: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral members: (String, CanonicalJSON)...) { self.init(members) }

  /// Of a key that comes twice, the last counts.
  fileprivate init(_ members: [(String, CanonicalJSON)]) {
    self.init()
    for (key, value) in members { self[key] = value }
  }
}

extension CanonicalJSON {
  /// Whether every number in it has a canonical form.
  public var isCanonical: Bool {
    switch self {
    case .null, .bool, .integer, .string: true
    case .otherNumber: false
    case .array(let elements): elements.allSatisfy(\.isCanonical)
    case .object(let object): object.members.allSatisfy(\.value.isCanonical)
    }
  }
}
