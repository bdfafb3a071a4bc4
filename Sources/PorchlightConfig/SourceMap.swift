/// Knows on which line of a TOML text each key stands, because the parser tells lines for syntax errors only.
///
/// It reads texts that parsed: it need not find mistakes, only keys. The keys of an inline table count as
/// standing where the table does.
struct SourceMap {
  private var lines: [[String]: Int] = [:]

  init(_ text: String) {
    var table: [String] = []
    var openString: String?
    // CR LF is one character to Swift, and not the same as LF.
    let rows = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    for (index, line) in rows.enumerated() {
      let number = index + 1
      if let delimiter = openString {
        if line.contains(delimiter) { openString = nil }
        continue
      }
      var scanner = KeyScanner(line)
      if scanner.skip("[") {
        _ = scanner.skip("[")
        table = scanner.keyPath()
        note(table, number)
        continue
      }
      let path = scanner.keyPath()
      guard !path.isEmpty, scanner.skip("=") else { continue }
      note(table + path, number)
      openString = scanner.openMultilineString()
    }
  }

  /// The line of the key, or of the innermost table around it that is known.
  func line(of path: [String]) -> Int? {
    var path = path
    while !path.isEmpty {
      if let line = lines[path] { return line }
      path.removeLast()
    }
    return nil
  }

  private mutating func note(_ path: [String], _ line: Int) {
    // A key with dots opens tables on its way.
    for count in stride(from: 1, through: path.count, by: 1) {
      let part = Array(path.prefix(count))
      if lines[part] == nil { lines[part] = line }
    }
  }
}

/// Reads the keys at the beginning of a line.
private struct KeyScanner {
  private var rest: Substring.UnicodeScalarView

  init(_ line: Substring) {
    rest = line.unicodeScalars
  }

  mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard rest.first == scalar else { return false }
    rest.removeFirst()
    return true
  }

  /// Keys with dots between them.
  mutating func keyPath() -> [String] {
    var path: [String] = []
    repeat {
      skipBlanks()
      guard let key = key() else { return path }
      path.append(key)
    } while skip(".")
    return path
  }

  /// The delimiter of a multi-line string that begins here and does not end on this line.
  func openMultilineString() -> String? {
    let value = String(rest)
    for delimiter in ["\"\"\"", "'''"] {
      guard let start = value.firstRange(of: delimiter) else { continue }
      return value[start.upperBound...].contains(delimiter) ? nil : delimiter
    }
    return nil
  }

  private mutating func skipBlanks() {
    while let first = rest.first, first == " " || first == "\t" { rest.removeFirst() }
  }

  private mutating func key() -> String? {
    if rest.first == "\"" || rest.first == "'" { return quotedKey() }
    let bare = rest.prefix {
      $0 == "-" || $0 == "_" || $0.properties.isAlphabetic || ("0"..."9").contains($0)
    }
    rest = rest.dropFirst(bare.count)
    return bare.isEmpty ? nil : String(bare)
  }

  private mutating func quotedKey() -> String? {
    let quote = rest.removeFirst()
    var key = String.UnicodeScalarView()
    while let scalar = rest.popFirst() {
      if scalar == quote { return String(key) }
      guard scalar == "\\", quote == "\"" else {
        key.append(scalar)
        continue
      }
      if let escaped = escapedScalar() { key.append(escaped) }
    }
    return nil
  }

  private mutating func escapedScalar() -> Unicode.Scalar? {
    switch rest.popFirst() {
    case "t": return "\t"
    case "n": return "\n"
    case "r": return "\r"
    case "u": return hexadecimal(digits: 4)
    case "U": return hexadecimal(digits: 8)
    case let other: return other
    }
  }

  private mutating func hexadecimal(digits: Int) -> Unicode.Scalar? {
    let text = String(rest.prefix(digits))
    rest = rest.dropFirst(digits)
    return UInt32(text, radix: 16).flatMap(Unicode.Scalar.init)
  }
}
