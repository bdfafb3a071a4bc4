internal import TOMLKit

/// A TOML value, copied out of TOMLKit at once: nothing of that package is Sendable, and its objects are not to
/// be kept.
indirect enum TOMLNode: Hashable, Sendable {
  case string(String)
  case integer(Int)
  case boolean(Bool)
  case table([String: TOMLNode])
  /// A value that no setting of ours takes; the payload names its type.
  case other(String)

  /// What a message calls this kind of value.
  var kind: String {
    switch self {
    case .string: "a text"
    case .integer: "a whole number"
    case .boolean: "true or false"
    case .table: "a table"
    case .other(let name): name
    }
  }

  /// No settings need deeper tables than these.
  private static let depthLimit = 8

  /// Parses a whole file.
  static func parse(_ text: String, file: String) throws(ConfigError) -> [String: TOMLNode] {
    try checkLines(of: text, file: file)
    let table: TOMLTable
    do {
      table = try TOMLTable(string: text)
    } catch let error as TOMLParseError {
      throw ConfigError(
        file: file, line: error.source.begin.line, message: "not valid TOML: \(error.description.printable)")
    } catch {
      throw ConfigError(file: file, message: "not valid TOML")
    }
    return copy(table, depth: 0)
  }

  /// No settings need longer lines; the parser takes seconds over some of them.
  private static let longestLine = 1_000

  /// Refuses what the parser must not be given: it ends the process over a table's name that does not begin
  /// like one (`[[[`, `[.colors]`).
  private static func checkLines(of text: String, file: String) throws(ConfigError) {
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
    for (index, line) in lines.enumerated() {
      guard line.utf8.count <= longestLine else {
        throw ConfigError(
          file: file, line: index + 1, message: "is longer than \(longestLine) bytes; no setting is")
      }
      var rest = line.drop { $0 == " " || $0 == "\t" }
      guard rest.first == "[" else { continue }
      rest = rest.dropFirst()
      if rest.first == "[" { rest = rest.dropFirst() }
      rest = rest.drop { $0 == " " || $0 == "\t" }
      guard let first = rest.first, first.isASCII, first.isLetter || first.isNumber || "_-\"'".contains(first)
      else {
        throw ConfigError(
          file: file, line: index + 1, message: "not valid TOML: '[' begins a table's name; expected [colors]"
        )
      }
    }
  }

  private static func copy(_ table: TOMLTable, depth: Int) -> [String: TOMLNode] {
    guard depth < depthLimit else { return [:] }
    var result: [String: TOMLNode] = [:]
    for (key, value) in table {
      result[key] = copy(value, depth: depth)
    }
    return result
  }

  private static func copy(_ value: any TOMLValueConvertible, depth: Int) -> TOMLNode {
    if let string = value.string { return .string(string) }
    if let integer = value.int { return .integer(integer) }
    if let boolean = value.bool { return .boolean(boolean) }
    if let table = value.table { return .table(copy(table, depth: depth + 1)) }
    return .other("a value of type \(value.type.rawValue)")
  }
}
