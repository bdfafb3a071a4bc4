internal import MatrixWire

/// What a state event is the current one of: a type and a key, compared byte by byte.
public struct StateKey: Hashable, Sendable {
  public let type: String
  public let key: String

  public init(_ type: String, _ key: String = "") { (self.type, self.key) = (type, key) }

  public static func == (left: StateKey, right: StateKey) -> Bool {
    left.type.hasBytes(of: right.type) && left.key.hasBytes(of: right.key)
  }
}

extension StateKey: Comparable {
  public static func < (left: StateKey, right: StateKey) -> Bool {
    left.type.hasBytes(of: right.type)
      ? left.key.utf8.lexicographicallyPrecedes(right.key.utf8)
      : left.type.utf8.lexicographicallyPrecedes(right.type.utf8)
  }
}
