/// Finds themes by name in a list of folders, or by path.
public struct ThemeSearch: Hashable, Sendable {
  /// Where `NAME.toml` is looked for, in this order.
  public let folders: [String]

  public init(folders: [String]) {
    self.folders = folders
  }

  /// The usual folders: the user's configuration, then `themes` beside the executable and in the folders above
  /// it, as far up as a package's root is from its build products, then what an installation shares.
  ///
  /// - Parameters:
  ///   - configHome: XDG_CONFIG_HOME; ignored unless absolute.
  ///   - home: The home folder, whose `.config` is used without `configHome`.
  ///   - executablePath: The program's own resolved path.
  public init(configHome: String?, home: String?, executablePath: String) {
    var folders: [String] = []
    if let configHome, configHome.hasPrefix("/") {
      folders.append("\(configHome)/porchlight/themes")
    } else if let home, home.hasPrefix("/") {
      folders.append("\(home)/.config/porchlight/themes")
    }
    let parts = executablePath.split(separator: "/")
    if executablePath.hasPrefix("/"), !parts.isEmpty {
      let folder = parts.dropLast()
      // .build/x86_64-unknown-linux-gnu/debug/porchlight: the package's root is three above.
      for up in 0...3 where folder.count > up {
        folders.append("/" + folder.dropLast(up).joined(separator: "/") + "/themes")
      }
      folders.append(folder.dropLast().map { "/\($0)" }.joined() + "/share/porchlight/themes")
    }
    self.init(folders: folders)
  }

  /// Finds and reads a theme.
  ///
  /// A value with a slash, or one that ends in `.toml`, is a path. Anything else is a name. The built-in
  /// themes are found by their names even where no file of that name is.
  public func find(_ nameOrPath: String) throws(ConfigError) -> ThemeFile {
    if nameOrPath.contains("/") || nameOrPath.hasSuffix(".toml") {
      guard let theme = try load(nameOrPath) else {
        throw ConfigError(file: nameOrPath.printable, message: "there is no such file; expected a theme file")
      }
      return theme
    }
    if !nameOrPath.isEmpty {
      for folder in folders {
        if let theme = try load("\(folder)/\(nameOrPath).toml") { return theme }
      }
    }
    if let theme = ThemeFile.builtIn.first(where: { $0.name == nameOrPath }) { return theme }
    throw notFound(nameOrPath)
  }

  /// The names that `find` knows, sorted.
  public func names() -> [String] {
    let files = folders.flatMap { TextFile.names(in: $0) }
    let found = files.filter { $0.hasSuffix(".toml") && $0.utf8.count > 5 && !$0.hasPrefix(".") }
    return Set(found.map { String($0.dropLast(5)) } + ThemeFile.builtIn.map(\.name)).sorted()
  }

  private func load(_ path: String) throws(ConfigError) -> ThemeFile? {
    let text: String
    do throws(TextFile.Problem) {
      text = try TextFile.read(path)
    } catch {
      switch error {
      case .missing: return nil
      case .failed(let why): throw ConfigError(file: path.printable, message: why)
      }
    }
    return try ThemeFile(toml: text, file: path)
  }

  private func notFound(_ name: String) -> ConfigError {
    let names = names()
    let hint = suggestion(for: name, among: names).map { "did you mean \($0.quoted)? " } ?? ""
    return ConfigError(
      file: "theme \(name.quoted)",
      message: """
        not found; \(hint)there are \(names.map(\.printable).joined(separator: ", ")); \
        looked in \(folders.map(\.printable).joined(separator: ", "))
        """)
  }
}
