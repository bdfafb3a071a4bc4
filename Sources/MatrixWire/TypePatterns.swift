/// Patterns for event types as filters have them, ready to be asked: `*` matches any run of bytes.
///
/// Asking costs the length of the type, times one and the number of patterns with a `*` before their end, and
/// nothing for the others, however many there are.
struct TypePatterns: Sendable {
  /// Patterns without a `*`.
  private var exact: Set<[UInt8]> = []
  /// What patterns with a `*` at their end alone begin with: sorted, and none begins with another.
  private var prefixes: [[UInt8]] = []
  private var globs: [Glob] = []

  init(_ patterns: [String]) {
    var starts: [[UInt8]] = []
    for pattern in patterns {
      switch Glob.kind(of: pattern) {
      case .exact: exact.insert(Array(pattern.utf8))
      case .prefix: starts.append(Array(pattern.utf8.prefix { $0 != Glob.star }))
      case .general: globs.append(Glob(pattern))
      }
    }
    for start in starts.sorted(by: { $0.lexicographicallyPrecedes($1) })
    where prefixes.last.map({ !start.starts(with: $0) }) ?? true {
      prefixes.append(start)
    }
  }

  func matches(_ type: [UInt8]) -> Bool {
    exact.contains(type) || hasPrefix(of: type) || globs.contains { $0.matches(type) }
  }

  /// What a type begins with sorts right before it, because no prefix begins with another.
  private func hasPrefix(of type: [UInt8]) -> Bool {
    var (low, high) = (0, prefixes.count)
    while low < high {
      let middle = (low + high) / 2
      if type.lexicographicallyPrecedes(prefixes[middle]) { high = middle } else { low = middle + 1 }
    }
    return low > 0 && type.starts(with: prefixes[low - 1])
  }
}

/// A pattern with a `*` before its end. Matching takes time linear in the type, whatever the pattern: each run of
/// bytes between two `*` is looked for once, from where the one before it ended, and no byte is looked at anew (Knuth,
/// Morris, Pratt).
struct Glob: Sendable {
  enum Kind: Sendable {
    /// Without a `*`.
    case exact
    /// With `*` at the end alone.
    case prefix
    case general
  }

  static let star = UInt8(ascii: "*")

  static func kind(of pattern: String) -> Kind {
    guard let first = pattern.utf8.firstIndex(of: star) else { return .exact }
    return pattern.utf8[first...].allSatisfy { $0 == star } ? .prefix : .general
  }

  /// A run of bytes between two `*`.
  private struct Run: Sendable {
    let bytes: [UInt8]
    /// For each number of bytes found: how many of them are also the run's beginning.
    let borders: [Int]

    init(_ bytes: [UInt8]) {
      self.bytes = bytes
      var borders = [0]
      var length = 0
      for byte in bytes.dropFirst() {
        while length > 0, bytes[length] != byte { length = borders[length - 1] }
        if bytes[length] == byte { length += 1 }
        borders.append(length)
      }
      self.borders = borders
    }

    /// Where the first occurrence at or after `start` ends.
    func end(in text: [UInt8], from start: Int) -> Int? {
      let (text, bytes, borders) = (text.span, bytes.span, borders.span)
      var (index, length) = (start, 0)
      while index < text.count {
        let byte = text[index]
        while length > 0, bytes[length] != byte { length = borders[length - 1] }
        if bytes[length] == byte { length += 1 }
        index += 1
        if length == bytes.count { return index }
      }
      return nil
    }
  }

  private let prefix: [UInt8]
  private let runs: [Run]
  private let suffix: [UInt8]
  /// The fewest bytes a type that matches has.
  private let shortest: Int

  init(_ pattern: String) {
    let parts = Array(pattern.utf8).split(separator: Self.star, omittingEmptySubsequences: false).map {
      Array($0)
    }
    prefix = parts.first ?? []
    suffix = parts.last ?? []
    let inner = parts.dropFirst().dropLast().filter { !$0.isEmpty }
    runs = inner.map(Run.init)
    shortest = inner.reduce(prefix.count + suffix.count) { $0 + $1.count }
  }

  func matches(_ type: [UInt8]) -> Bool {
    guard type.count >= shortest, type.starts(with: prefix), type.suffix(suffix.count) == suffix[...] else {
      return false
    }
    var position = prefix.count
    for run in runs {
      guard let end = run.end(in: type, from: position) else { return false }
      position = end
    }
    return position <= type.count - suffix.count
  }
}
