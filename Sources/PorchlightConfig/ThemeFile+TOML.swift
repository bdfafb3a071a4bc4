extension ThemeFile {
  /// Reads a theme file's text.
  ///
  /// - Parameters:
  ///   - text: The file's contents.
  ///   - file: Its path, for messages. A theme without a `name` is called like its file.
  /// - Throws: The first mistake, with its line.
  public init(toml text: String, file: String) throws(ConfigError) {
    self = try ThemeDecoder(text: text, file: file).decode()
  }
}

/// Turns TOML into a theme and says where it cannot.
private struct ThemeDecoder {
  private static let topLevelKeys = ["name", "appearance", "background", "colors", "ansi"]
  private static let styleKeys = ["fg", "bg", "bold", "dim", "italic", "underline", "reverse"]

  let file: String
  let source: SourceMap
  let root: [String: TOMLNode]

  init(text: String, file: String) throws(ConfigError) {
    self.file = file
    // The parser is handed a C string and would silently stop there.
    guard !text.utf8.contains(0) else {
      throw ConfigError(file: file, message: "contains a NUL byte; expected a text file")
    }
    root = try TOMLNode.parse(text, file: file)
    source = SourceMap(text)
  }

  func decode() throws(ConfigError) -> ThemeFile {
    for key in inOrder(root.keys, under: []) where !Self.topLevelKeys.contains(key) {
      throw unknown("key", [key], among: Self.topLevelKeys)
    }
    return ThemeFile(
      name: try text("name") ?? stem, appearance: try appearance(), background: try background(),
      styles: try styles("colors"), ansiStyles: try styles("ansi"))
  }

  private var stem: String {
    let name = file.split(separator: "/").last ?? ""
    return String(name.hasSuffix(".toml") ? name.dropLast(5) : name)
  }

  private func text(_ key: String) throws(ConfigError) -> String? {
    guard let node = root[key] else { return nil }
    guard case .string(let text) = node else { throw wrongType(node, [key], expected: "a text in quotes") }
    return text
  }

  private func appearance() throws(ConfigError) -> ThemeFile.Appearance {
    guard let text = try text("appearance") else { return .any }
    guard let appearance = ThemeFile.Appearance(rawValue: text) else {
      throw error(["appearance"], "\(text.quoted) is no appearance; expected dark, light or any")
    }
    return appearance
  }

  private func background() throws(ConfigError) -> ThemeColor {
    try root["background"].map { node throws(ConfigError) in try color(node, ["background"]) } ?? .terminal
  }

  private func styles(_ name: String) throws(ConfigError) -> [ThemeRole: ThemeStyle] {
    guard let node = root[name] else { return [:] }
    guard case .table(let table) = node else {
      throw wrongType(node, [name], expected: "a table of roles, [\(name)]")
    }
    var styles: [ThemeRole: ThemeStyle] = [:]
    for key in inOrder(table.keys, under: [name]) {
      guard let role = ThemeRole(rawValue: key), let value = table[key] else {
        throw unknown("role", [name, key], among: ThemeRole.allCases.map(\.rawValue))
      }
      styles[role] = try style(value, [name, key])
    }
    return styles
  }

  private func style(_ node: TOMLNode, _ path: [String]) throws(ConfigError) -> ThemeStyle {
    switch node {
    case .string, .integer: return ThemeStyle(foreground: try color(node, path))
    case .table(let table):
      var style = ThemeStyle.plain
      for key in table.keys.sorted() {
        guard let value = table[key] else { continue }
        let place = path + [key]
        switch key {
        case "fg": style.foreground = try color(value, place)
        case "bg": style.background = try color(value, place)
        case "bold": style.bold = try flag(value, place)
        case "dim": style.dim = try flag(value, place)
        case "italic": style.italic = try flag(value, place)
        case "underline": style.underline = try flag(value, place)
        case "reverse": style.reverse = try flag(value, place)
        default: throw unknown("setting", place, among: Self.styleKeys)
        }
      }
      return style
    case .boolean, .other:
      throw wrongType(node, path, expected: "a colour, or a table such as { fg = \"green\", bold = true }")
    }
  }

  private func flag(_ node: TOMLNode, _ path: [String]) throws(ConfigError) -> Bool {
    guard case .boolean(let flag) = node else { throw wrongType(node, path, expected: "true or false") }
    return flag
  }

  private func color(_ node: TOMLNode, _ path: [String]) throws(ConfigError) -> ThemeColor {
    let text: String
    switch node {
    case .string(let string): text = string
    case .integer(let number): text = String(number)
    default: throw wrongType(node, path, expected: Self.colorKinds)
    }
    guard let color = ThemeColor(text) else {
      let hint = suggestion(for: text, among: ThemeColor.names).map { "did you mean \($0.quoted)?" }
      throw error(path, "\(text.quoted) is not a colour; \(hint ?? "expected \(Self.colorKinds)")")
    }
    return color
  }

  private static let colorKinds = "a name such as green, 0 to 255, or #rrggbb"

  /// Keys by their line, so that the first mistake of a file is told first.
  private func inOrder(_ keys: some Collection<String>, under path: [String]) -> [String] {
    keys.sorted { left, right in
      let lines = (source.line(of: path + [left]) ?? 0, source.line(of: path + [right]) ?? 0)
      return lines.0 == lines.1 ? left < right : lines.0 < lines.1
    }
  }

  private func error(_ path: [String], _ message: String) -> ConfigError {
    ConfigError(file: file, line: source.line(of: path), message: message)
  }

  private func unknown(_ what: String, _ path: [String], among known: [String]) -> ConfigError {
    let key = path.last ?? ""
    let hint = suggestion(for: key, among: known).map { "did you mean \($0.quoted)?" }
    return error(
      path, "unknown \(what) \(key.quoted); \(hint ?? "expected one of \(known.joined(separator: ", "))")")
  }

  private func wrongType(_ node: TOMLNode, _ path: [String], expected: String) -> ConfigError {
    error(path, "\((path.last ?? "").quoted) is \(node.kind); expected \(expected)")
  }
}
