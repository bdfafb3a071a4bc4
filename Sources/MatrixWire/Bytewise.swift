/// Text that compares byte by byte, as the specification compares it: Swift's own `==` holds canonically equivalent texts
/// for one, so that a change from one to the other would be none.
///
/// What it is compared for is whether something changed. Equal bytes are equal text, and have one hash.
@propertyWrapper
public struct Bytewise<Text: ByteComparable & Hashable & Sendable>: Hashable, Sendable {
  public var wrappedValue: Text

  @inlinable
  public init(wrappedValue: Text) { self.wrappedValue = wrappedValue }

  @inlinable
  public static func == (left: Self, right: Self) -> Bool {
    left.wrappedValue.hasBytes(of: right.wrappedValue)
  }

  @inlinable
  public func hash(into hasher: inout Hasher) { hasher.combine(wrappedValue) }
}

/// What is made of text.
public protocol ByteComparable {
  /// Whether all bytes are the same.
  func hasBytes(of other: Self) -> Bool
}

extension String: ByteComparable {
  /// Whether the bytes are the same; several times as fast as comparing them one by one.
  public func hasBytes(of other: String) -> Bool {
    // Canonically different texts have different bytes, and that is quickly seen.
    guard utf8.count == other.utf8.count, self == other else { return false }
    let (ours, theirs) = (utf8.span, other.utf8.span)
    for index in ours.indices where ours[index] != theirs[index] { return false }
    return true
  }
}

extension Optional: ByteComparable where Wrapped: ByteComparable {
  public func hasBytes(of other: Wrapped?) -> Bool {
    switch (self, other) {
    case (let ours?, let theirs?): ours.hasBytes(of: theirs)
    case (nil, nil): true
    default: false
    }
  }
}

extension Array: ByteComparable where Element: ByteComparable {
  public func hasBytes(of other: [Element]) -> Bool {
    elementsEqual(other) { $0.hasBytes(of: $1) }
  }
}
