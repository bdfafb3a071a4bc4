/// Patterns for event types as filters have them, ready to be asked: `*` stands for any run of bytes.
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
      let glob = Glob(pattern)
      switch glob.kind {
      case .exact: exact.insert(glob.prefix)
      case .prefix: starts.append(glob.prefix)
      case .general: globs.append(glob)
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

/// One pattern. Matching takes time linear in the type, whatever the pattern: each run of bytes between two `*`
/// is looked for once, from where the one before it ended, and no byte is looked at anew (Knuth, Morris, Pratt).
struct Glob: Sendable {
  enum Kind: Sendable {
    /// Without a `*`.
    case exact
    /// With a `*` at the end alone.
    case prefix
    case general
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
      var length = 0
      for index in start..<text.count {
        while length > 0, bytes[length] != text[index] { length = borders[length - 1] }
        if bytes[length] == text[index] { length += 1 }
        if length == bytes.count { return index + 1 }
      }
      return nil
    }
  }

  let kind: Kind
  /// What stands before the first `*`, or all of it.
  let prefix: [UInt8]
  private let runs: [Run]
  private let suffix: [UInt8]
  /// The fewest bytes a type that matches has.
  private let shortest: Int

  init(_ pattern: String) {
    let parts = Array(pattern.utf8).split(
      separator: UInt8(ascii: "*"), omittingEmptySubsequences: false
    ).map { Array($0) }
    prefix = parts.first ?? []
    suffix = parts.count > 1 ? parts.last ?? [] : []
    let inner = parts.dropFirst().dropLast().filter { !$0.isEmpty }
    runs = inner.map(Run.init)
    shortest = inner.reduce(prefix.count + suffix.count) { $0 + $1.count }
    kind = parts.count == 1 ? .exact : inner.isEmpty && suffix.isEmpty ? .prefix : .general
  }

  func matches(_ type: [UInt8]) -> Bool {
    guard kind != .exact else { return type == prefix }
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
