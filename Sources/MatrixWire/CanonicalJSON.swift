/// A JSON value that has a canonical form: one value, one sequence of bytes, which is what is signed between
/// servers.
///
/// Numbers are integers within ±(2⁵³-1), objects hold every key once, and text is text. Everything compares by
/// its bytes: `"é"` in one code point and in two are different strings and different keys.
/// Source: Matrix specification, appendices, "Canonical JSON".
public enum CanonicalJSON: Sendable {
  case null
  case bool(Bool)
  /// Within `exactIntegers`; what lies outside is written as the nearest within.
  case integer(Int64)
  /// A number that has no canonical form, as it was written: only where the rules keep those.
  case otherNumber(String)
  case string(String)
  case array([CanonicalJSON])
  case object(Object)

  /// The integers every JSON implementation holds exactly.
  public static let exactIntegers: ClosedRange<Int64> = -9_007_199_254_740_991...9_007_199_254_740_991

  /// The canonical bytes: no spaces, keys in the order of their code points, the fewest escapes.
  public var bytes: [UInt8] {
    var bytes: [UInt8] = []
    write(to: &bytes)
    return bytes
  }

  private func write(to bytes: inout [UInt8]) {
    switch self {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .bool(let flag): bytes.append(contentsOf: (flag ? "true" : "false").utf8)
    case .integer(let number):
      let range = Self.exactIntegers
      bytes.append(contentsOf: String(min(max(number, range.lowerBound), range.upperBound)).utf8)
    case .otherNumber(let text): bytes.append(contentsOf: text.utf8)
    case .string(let text): bytes.appendJSONString(text)
    case .array(let elements):
      bytes.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        element.write(to: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let object):
      bytes.append(UInt8(ascii: "{"))
      for (index, member) in object.members.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        bytes.appendJSONString(member.key)
        bytes.append(UInt8(ascii: ":"))
        member.value.write(to: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  /// The value of a key where this is an object that has it; setting it changes nothing that is no object.
  public subscript(key: String) -> CanonicalJSON? {
    get {
      guard case .object(let object) = self else { return nil }
      return object[key]
    }
    set {
      guard case .object(var object) = self else { return }
      object[key] = newValue
      self = .object(object)
    }
  }
}

extension CanonicalJSON: Hashable {
  public static func == (left: CanonicalJSON, right: CanonicalJSON) -> Bool { left.bytes == right.bytes }

  public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

extension CanonicalJSON {
  /// Members of an object, each key once, in the order of their code points.
  public struct Object: Sendable {
    public struct Member: Sendable {
      public let key: String
      public var value: CanonicalJSON
    }

    public private(set) var members: [Member] = []

    public init() {}

    /// Members in any order; nil where a key comes twice.
    public init?(_ members: [(key: String, value: CanonicalJSON)]) {
      // Code points and their UTF-8 have one order; `String`'s own takes equivalent texts for one.
      self.members = members.map { Member(key: $0.key, value: $0.value) }
        .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      let pairs = zip(self.members, self.members.dropFirst())
      guard !pairs.contains(where: { $0.key.utf8.elementsEqual($1.key.utf8) }) else { return nil }
    }

    /// The value of a key; setting nil removes it.
    public subscript(key: String) -> CanonicalJSON? {
      get {
        let index = place(of: key)
        return has(key, at: index) ? members[index].value : nil
      }
      set {
        let index = place(of: key)
        switch (newValue, has(key, at: index)) {
        case (let value?, true): members[index].value = value
        case (let value?, false): members.insert(Member(key: key, value: value), at: index)
        case (nil, true): members.remove(at: index)
        case (nil, false): break
        }
      }
    }

    private func has(_ key: String, at index: Int) -> Bool {
      index < members.count && members[index].key.utf8.elementsEqual(key.utf8)
    }

    /// Where a key is or would be.
    private func place(of key: String) -> Int {
      var (low, high) = (0, members.count)
      while low < high {
        let middle = (low + high) / 2
        let isBefore = members[middle].key.utf8.lexicographicallyPrecedes(key.utf8)
        if isBefore { low = middle + 1 } else { high = middle }
      }
      return low
    }
  }
}
